import { request } from 'node:http';

/** A request with its path as it stands here: `fetch` would make another of it. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export function rawAnswer(address: string, { method, path, body = '', headers = {} }: RawRequest): Promise<RawAnswer> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, method, path, headers: { ...headers, connection: 'close' } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
