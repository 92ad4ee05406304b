import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { textType } from './answer.ts';

/** Who may use HTTP from where, by etcd's settings. gRPC is not concerned: browsers cannot speak it. */
export interface AccessOptions {
  /** Hosts by which requests in plain text may name this server; `*` or nothing: any. Against pages that have their own name lead here. */
  readonly hostWhitelist: readonly string[];
  /** Origins whose pages may use it; `*`: any. */
  readonly cors: readonly string[];
}

/** No page, and by any name. */
export const accessDefaults: AccessOptions = { hostWhitelist: [], cors: [] };

export interface Refusal {
  readonly status: number;
  readonly words: string;
}

/**
 * A browser tells where a page comes from on every request that could change something; where nobody allowed that, it is refused, and not only
 * hidden from the page: a request without an answer has its effect all the same.
 */
export function refusalOf(request: IncomingMessage, { hostWhitelist, cors }: AccessOptions): Refusal | undefined {
  const host = hostOf(request);
  if (!isSecure(request) && !allows(hostWhitelist, host)) {
    const words = `this server is not known as ${JSON.stringify(host)}: see --host-whitelist, or use TLS\n`;
    return { status: misdirected, words };
  }
  const { origin } = request.headers;
  if (origin === undefined || cors.includes('*') || cors.includes(origin)) return undefined;
  return { status: forbidden, words: `pages of ${JSON.stringify(origin)} may not use this server: see --cors\n` };
}

/** True when the request was answered already. */
export function refuseAccess(request: IncomingMessage, response: ServerResponse, access: AccessOptions): boolean {
  const refusal = refusalOf(request, access);
  if (refusal !== undefined) {
    response.writeHead(refusal.status, { 'content-type': textType, 'x-content-type-options': 'nosniff' });
    response.end(refusal.words);
    return true;
  }
  const { origin } = request.headers;
  if (access.cors.includes('*')) allowOrigin(response, '*');
  else if (origin !== undefined) allowOrigin(response, origin);
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(200, { 'content-length': 0 });
  response.end();
  return true;
}

const misdirected = 421;
const forbidden = 403;

function hostOf(request: IncomingMessage): string {
  const named = (request.headers[':authority'] as string | undefined) ?? request.headers.host ?? '';
  return (
    /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/
      .exec(named)
      ?.slice(1)
      .find((part) => part !== undefined) ?? named
  );
}

function isSecure({ socket }: IncomingMessage): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

function allows(hosts: readonly string[], host: string): boolean {
  return hosts.length === 0 || hosts.includes('*') || hosts.includes(host);
}

function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-methods', 'POST, GET, OPTIONS, PUT, DELETE');
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-headers', 'accept, content-type, authorization');
  if (origin !== '*') response.setHeader('vary', 'origin');
}
