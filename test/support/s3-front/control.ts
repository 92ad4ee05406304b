/**
 * The front's controls over HTTP, for tests whose processes are separate. Bodies and answers are JSON.
 *
 *   POST   /faults        a FaultRule; answers {"id": n}
 *   GET    /faults        the rules with how often each has struck
 *   DELETE /faults[/n]    all of them, or one
 *   POST   /release[/n]   lets parked requests go on: all, or those of one rule
 *   GET    /requests      what has come in (see RequestRecord)
 *   DELETE /requests      forgets it
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FaultRule } from './faults.ts';
import type { S3Front } from './front.ts';

export interface FrontControl {
  readonly port: number;
  readonly close: () => Promise<void>;
}

export async function startControl(front: S3Front, port = 0): Promise<FrontControl> {
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => handle(front, request.method ?? '', request.url ?? '', body))
      .then(
        (result) =>
          response.writeHead(result === undefined ? 404 : 200).end(JSON.stringify(result ?? { error: 'unknown' })),
        (error: unknown) => response.writeHead(400).end(JSON.stringify({ error: String(error) })),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function handle(front: S3Front, method: string, path: string, body: string): unknown {
  const match = /^\/(faults|release|requests)(?:\/(\d+))?$/.exec(path);
  if (match === null) return undefined;
  const ruleId = match[2] === undefined ? undefined : Number(match[2]);
  switch (`${method} ${match[1]}`) {
    case 'POST faults':
      return { id: front.faults.add(JSON.parse(body) as FaultRule) };
    case 'GET faults':
      return front.faults.rules();
    case 'DELETE faults':
      if (ruleId === undefined) front.faults.clear();
      else front.faults.remove(ruleId);
      return {};
    case 'POST release':
      front.release(ruleId);
      return {};
    case 'GET requests':
      return front.requests();
    case 'DELETE requests':
      front.forgetRequests();
      return {};
    default:
      return undefined;
  }
}
