import type { CallOutcome, HistoryEvent, WatchHistoryEvent } from '../types/history.ts';
import type { PlainRequest, PlainResponse, PlainWatchRequest, PlainWatchResponse } from '../types/plain.ts';

/** A history as calls and streams, each with the places of its events in it: the order of the places is real time. */
export interface Call {
  readonly id: string;
  readonly operation: string;
  readonly client: string;
  readonly node: number;
  readonly request: PlainRequest;
  readonly invokedAt: number;
  readonly invokedMs: number;
  /** Infinity: never. */
  returnedAt: number;
  returnedMs: number;
  outcome: CallOutcome;
}

export interface OkCall extends Call {
  readonly outcome: Extract<CallOutcome, { readonly kind: 'ok' }>;
}

export interface Stream {
  readonly id: string;
  readonly operation: string;
  readonly node: number;
  readonly request: PlainWatchRequest;
  readonly openedAt: number;
  readonly openedMs: number;
  readonly responses: { readonly response: PlainWatchResponse; readonly at: number; readonly atMs: number }[];
  progressAsked: number;
  ended: { readonly atMs: number; readonly reason: string } | undefined;
}

export interface Traffic {
  /** In order of their invocations. */
  readonly calls: readonly Call[];
  readonly streams: readonly Stream[];
}

const neverReturned: CallOutcome = { kind: 'unknown', reason: 'the run ended first' };

export function trafficOf(history: readonly HistoryEvent[]): Traffic {
  const calls = new Map<string, Call>();
  const streams = new Map<string, Stream>();
  history.forEach((event, at) => {
    const { atMs } = event;
    switch (event.kind) {
      case 'invoke': {
        const { call: id, operation, client, node, request } = event;
        const call = { id, operation, client, node, request, invokedAt: at, invokedMs: atMs };
        calls.set(id, { ...call, returnedAt: Infinity, returnedMs: Infinity, outcome: neverReturned });
        return;
      }
      case 'return': {
        const call = calls.get(event.call);
        if (call === undefined) throw new Error(`history: ${event.call} returns without having been sent`);
        call.outcome = event.outcome;
        call.returnedAt = at;
        call.returnedMs = atMs;
        return;
      }
      case 'watch-open':
      case 'watch-response':
      case 'watch-progress-asked':
      case 'watch-end':
        addWatchEvent(streams, event, at, atMs);
        return;
      default:
    }
  });
  return { calls: [...calls.values()], streams: [...streams.values()] };
}

function addWatchEvent(streams: Map<string, Stream>, event: WatchHistoryEvent, at: number, atMs: number): void {
  if (event.kind === 'watch-open') {
    const { stream: id, operation, node, request } = event;
    const opened = { id, operation, node, request, openedAt: at, openedMs: atMs };
    streams.set(id, { ...opened, responses: [], progressAsked: 0, ended: undefined });
    return;
  }
  const stream = streams.get(event.stream);
  if (stream === undefined) throw new Error(`history: ${event.stream} was never opened`);
  if (event.kind === 'watch-response') stream.responses.push({ response: event.response, at, atMs });
  else if (event.kind === 'watch-progress-asked') stream.progressAsked += 1;
  else stream.ended = { atMs, reason: event.reason };
}

export function isOk(call: Call): call is OkCall {
  return call.outcome.kind === 'ok';
}

/** The answer says that a revision was made for the call. */
export function saysItWrote(response: PlainResponse): boolean {
  switch (response.kind) {
    case 'put':
      return true;
    case 'delete-range':
      return response.deleted > 0;
    case 'txn':
      return response.responses.some((inner) => saysItWrote(inner.response));
    default:
      return false;
  }
}

/** The request may take a revision. */
export function mayWrite(request: PlainRequest): boolean {
  switch (request.kind) {
    case 'put':
    case 'delete-range':
      return true;
    case 'txn':
      return [...(request.success ?? []), ...(request.failure ?? [])].some(mayWrite);
    default:
      return false;
  }
}

export function isSerializable(request: PlainRequest): boolean {
  return request.kind === 'range' && request.serializable === true;
}

/** `put of "/a" (w3#1)`: how explanations name a call. */
export function nameOf(call: Call): string {
  const { request, id } = call;
  if ('key' in request) return `${request.kind} of ${JSON.stringify(request.key.slice(0, 40))} (${id})`;
  if ('id' in request) return `${request.kind} of lease ${request.id} (${id})`;
  return `${request.kind} (${id})`;
}

/** Of keys and values. */
export function isData(call: Call): boolean {
  const { kind } = call.request;
  return kind === 'range' || kind === 'put' || kind === 'delete-range' || kind === 'txn';
}
