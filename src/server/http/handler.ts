import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type HttpAnswer, type HttpRoute, textType } from './answer.ts';
import { type AccessOptions, refuseAccess } from './access.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { ServerLog } from '../log.ts';
import { redirection } from './redirection.ts';
import { targetOf, type Target } from './target.ts';

/** Small answers to GET, by path, over either version of HTTP: Node gives both the same face. */

export interface HandlerOptions {
  /** Undefined: no such path. */
  readonly route: (path: string) => HttpRoute | undefined;
  /** Requests that are answered otherwise, by path. */
  readonly gateway?: Gateway;
  /** Undefined: everybody may ask. */
  readonly access?: AccessOptions;
  readonly log: ServerLog;
}

export function createHandler({ route, gateway, access, log }: HandlerOptions): RequestListener {
  return (request, response) => {
    if (access !== undefined && refuseAccess(request, response, access)) return;
    const target = targetOf(request);
    const elsewhere = target?.elsewhere(gateway?.root);
    const answered =
      target !== undefined && elsewhere === undefined && gateway?.owns(target.path) === true
        ? gateway.answer(target.path, request, response)
        : answer(request, response, () => answerOf(request, target, elsewhere, route), log);
    answered.catch((error: unknown) =>
      log.error({ error, path: request.url }, 'an answer could not be given to the transport'),
    );
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  answered: () => Promise<HttpAnswer>,
  log: ServerLog,
): Promise<void> {
  try {
    send(request, response, await answered());
  } catch (error) {
    log.error({ error, path: request.url }, 'an HTTP request failed for a reason that no client should ever see');
    send(request, response, { status: 500, type: textType, body: 'Internal Server Error\n' });
  }
}

async function answerOf(
  request: IncomingMessage,
  target: Target | undefined,
  elsewhere: string | undefined,
  route: HandlerOptions['route'],
): Promise<HttpAnswer> {
  if (target === undefined) return { status: 400, type: textType, body: '400 Bad Request' };
  if (elsewhere !== undefined) return redirection(request, elsewhere);
  const found = route(target.path);
  if (found === undefined) return { status: 404, type: textType, body: '404 page not found\n' };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead ? found(target) : { status: 405, type: textType, body: 'Method Not Allowed\n' };
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body, location }: HttpAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = Buffer.from(body);
  const isRefused = status === 405;
  // Nobody reads what a client may still be sending.
  const isAlone = request.method !== 'GET' && request.method !== 'HEAD' && request.httpVersionMajor === 1;
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
    ...(isRefused ? { allow: 'GET' } : {}),
    ...(location === undefined ? {} : { location }),
    ...(isAlone ? { connection: 'close' } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else response.end(bytes);
}
