import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { KubeObject } from './kube-object.ts';
import { openKubeWatch, type KubeWatch } from './kube-watch.ts';

export interface KubeList {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly KubeObject[];
}

/** How the API server says no: with `reason` as in `Conflict`. */
export interface KubeStatus {
  readonly kind: 'Status';
  readonly reason?: string;
  readonly message?: string;
}

export interface KubeAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** A client of the API server without retries, caches or opinions. Rejects when no answer comes. */
export interface KubeClient {
  get<Body = KubeObject>(path: string): Promise<KubeAnswer<Body>>;
  post(path: string, object: KubeObject): Promise<KubeAnswer<KubeObject & KubeStatus>>;
  put(path: string, object: KubeObject): Promise<KubeAnswer<KubeObject & KubeStatus>>;
  /** Server-side apply. */
  apply(path: string, object: KubeObject): Promise<KubeAnswer<KubeObject & KubeStatus>>;
  delete(path: string, options?: object): Promise<KubeAnswer<KubeObject & KubeStatus>>;
  text(path: string): Promise<KubeAnswer<string>>;
  watch(path: string): Promise<KubeWatch>;
  close(): void;
}

export interface KubeAddress {
  readonly port: number;
  readonly authority: string;
  readonly token: string;
}

export function connectKube({ port, authority, token }: KubeAddress): KubeClient {
  const agent = new Agent({ ca: authority, keepAlive: true });
  const send = (method: string, path: string, body?: unknown, type = 'application/json'): Promise<IncomingMessage> => {
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'content-type': type,
      // Without it a DELETE has no body.
      'content-length': bytes.length,
    };
    const options: RequestOptions = { host: '127.0.0.1', port, method, path, agent, headers, timeout: silenceMsMax };
    return new Promise((resolve, reject) => {
      const sent = request(options, resolve);
      sent.on('error', reject).on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.end(bytes);
    });
  };
  const json = async <Body>(...asked: Parameters<typeof send>): Promise<KubeAnswer<Body>> => {
    const answer = await send(...asked);
    const text = await textOf(answer);
    // What it does not know at all it tells without JSON.
    const body: unknown = text.startsWith('{') ? JSON.parse(text) : { kind: 'Status', message: text };
    return { status: answer.statusCode!, body: body as Body };
  };
  return {
    get: (path) => json('GET', path),
    post: (path, object) => json('POST', path, object),
    put: (path, object) => json('PUT', path, object),
    apply: (path, object) => json('PATCH', path, object, 'application/apply-patch+yaml'),
    delete: (path, options) => json('DELETE', path, options),
    async text(path) {
      const answer = await send('GET', path);
      return { status: answer.statusCode!, body: await textOf(answer) };
    },
    async watch(path) {
      const answer = await send('GET', path);
      if (answer.statusCode === 200) return openKubeWatch(answer);
      throw new Error(`watching ${path}: ${answer.statusCode} ${await textOf(answer)}`);
    },
    close: () => agent.destroy(),
  };
}

/** The API server gives up after a minute. */
const silenceMsMax = 120_000;

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
