/** Requests from the front to s3rver, bodies whole. */
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders | OutgoingHttpHeaders;
  readonly body: Buffer;
}

export interface Upstream {
  send(method: string, target: string, headers: OutgoingHttpHeaders, body: Buffer): Promise<Answer>;
  close(): void;
}

const socketsMax = 32;
/** s3rver takes a request for one of its website's without a header of this kind. */
export const plainHeaders = { 'x-amz-front': '1' };

export function connectUpstream(port: number): Upstream {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
  return {
    send: (method, target, headers, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, method, path: target, headers, agent }, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
