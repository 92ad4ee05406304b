import type { CallOutcome } from '../types/history.ts';
import type { PlainRequest, PlainResponse, PlainWatchRequest, PlainWatchResponse } from '../types/plain.ts';

/**
 * What a client does, step by step, as a synchronous generator: it yields what it waits for and gets what came of it.
 */
export type ClientTask<Result = void> = Generator<ClientWait, Result, unknown>;

export type ClientWait =
  | { readonly kind: 'call'; readonly request: PlainRequest; readonly node: number | undefined }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'watch-open'; readonly request: PlainWatchRequest }
  | { readonly kind: 'watch-next'; readonly stream: ClientStream; readonly untilMs: number };

/** One stream with one watcher. Messages wait here until they are taken. */
export interface ClientStream {
  progress(): void;
  close(): void;
}

export type WatchNews =
  | { readonly kind: 'response'; readonly response: PlainWatchResponse }
  | { readonly kind: 'end'; readonly reason: string }
  | { readonly kind: 'time' };

/** What a task may ask of the client that it runs for. */
export interface ClientView {
  nowMs(): number;
  /** Newest revision that any answer to this client has shown. */
  revision(): number;
}

/** One request, at other nodes again while it is refused without effect. */
export function* call(request: PlainRequest): ClientTask<CallOutcome> {
  return (yield { kind: 'call', request, node: undefined }) as CallOutcome;
}

/** One request at that very node, once. */
export function* callAt(node: number, request: PlainRequest): ClientTask<CallOutcome> {
  return (yield { kind: 'call', request, node }) as CallOutcome;
}

export function* sleep(ms: number): ClientTask {
  yield { kind: 'sleep', ms };
}

/** Undefined: no node took it. */
export function* openWatch(request: PlainWatchRequest): ClientTask<ClientStream | undefined> {
  return (yield { kind: 'watch-open', request }) as ClientStream | undefined;
}

export function* nextNews(stream: ClientStream, untilMs: number): ClientTask<WatchNews> {
  return (yield { kind: 'watch-next', stream, untilMs }) as WatchNews;
}

/** The answer of that kind; undefined: an error, or not known. */
export function answerOf<Kind extends PlainResponse['kind']>(
  outcome: CallOutcome,
  kind: Kind,
): { readonly revision: number; readonly response: Extract<PlainResponse, { readonly kind: Kind }> } | undefined {
  if (outcome.kind !== 'ok' || outcome.response.kind !== kind) return undefined;
  return {
    revision: outcome.header.revision,
    response: outcome.response as Extract<PlainResponse, { readonly kind: Kind }>,
  };
}
