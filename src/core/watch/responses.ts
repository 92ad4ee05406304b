import type { WatchEvent, WatchResponse } from '../types/watch.ts';

/** In place of an id: the response concerns no watcher, or all of the stream. */
export const noWatchId = -1n;

interface Header {
  readonly revision: number;
  readonly term: number;
}

const plain = {
  created: false,
  canceled: false,
  compactRevision: 0,
  cancelReason: '',
  fragment: false,
  events: [],
} as const satisfies Partial<WatchResponse>;

export function createdResponse(header: Header, watchId: bigint): WatchResponse {
  return { ...plain, ...header, watchId, created: true };
}

/** One message that both creates and cancels; the stream stays usable. */
export function refusedResponse(header: Header, cancelReason: string): WatchResponse {
  return { ...plain, ...header, watchId: noWatchId, created: true, canceled: true, cancelReason };
}

export function canceledResponse(header: Header, watchId: bigint): WatchResponse {
  return { ...plain, ...header, watchId, canceled: true };
}

/** Carries no revision and no reason: clients read `compactRevision`. */
export function compactedResponse(term: number, watchId: bigint, compactRevision: number): WatchResponse {
  return { ...plain, revision: undefined, term, watchId, canceled: true, compactRevision };
}

export function progressResponse(header: Header, watchId: bigint): WatchResponse {
  return { ...plain, ...header, watchId };
}

export function eventsResponse(
  header: Header,
  watchId: bigint,
  events: readonly WatchEvent[],
  fragment: boolean,
): WatchResponse {
  return { ...plain, ...header, watchId, events, fragment };
}
