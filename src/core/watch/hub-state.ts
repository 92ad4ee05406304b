import { assert } from '../assert.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { WatchResponse } from '../types/watch.ts';
import type { Matching } from './matching.ts';
import { compactedResponse, eventsResponse } from './responses.ts';
import { type BuffersTotal, controlsOverflow, discard, enqueue, enqueueControl } from './buffer.ts';
import type { FeedBatch, Watcher, WatchStreamState } from './watcher.ts';
import type { WatchSink, WatchSource } from './watch-source.ts';

/**
 * What the hub's parts share, and the few moves that change it.
 *
 * Invariants:
 * - `revision` is the last one that became durable and was handed to the hub; nothing beyond it is ever sent.
 * - A watcher is in `live` exactly when it is synced, else in its stream's `lagging`.
 * - A stream is in `idle` exactly when it is open and has no watchers.
 * - `feedable` holds every stream that has lagging watchers and is not blocked (and may hold others: they are dropped when met).
 */
export interface HubState {
  readonly source: WatchSource;
  readonly sink: WatchSink;
  readonly streams: Map<number, WatchStreamState>;
  /** Synced watchers, those that start in the future included. */
  readonly live: Matching;
  /** Streams without watchers, from the one that has been so for longest on: they give way to new ones. */
  readonly idle: Set<WatchStreamState>;
  readonly feedable: Set<WatchStreamState>;
  readonly buffers: BuffersTotal;
  revision: number;
  watchers: number;
  /** No progress report falls due before. */
  earliestReportMs: number | undefined;
}

export function headerOf(hub: HubState): { readonly revision: number; readonly term: number } {
  return { revision: hub.revision, term: hub.source.term() };
}

/** Answers to creations and cancellations: at once, whatever the buffer holds. */
export function sendControl(hub: HubState, stream: WatchStreamState, response: WatchResponse): void {
  enqueueControl(stream.buffer);
  if (controlsOverflow(stream.buffer)) {
    endStream(hub, stream, clientErrors.tooManyRequests);
    return;
  }
  hub.sink.response(stream.stream, response);
}

/** The batch's room is reserved. */
export function sendEvents(hub: HubState, watcher: Watcher, batch: FeedBatch): void {
  const { stream } = watcher;
  watcher.idle = false;
  stream.progress.owed.delete(watcher);
  enqueue(stream.buffer, batch.bytes);
  hub.sink.response(stream.stream, eventsResponse(headerOf(hub), watcher.id, batch.events, watcher.fragment));
}

/** From here on the watcher is fed from history, beginning with `cursor`. */
export function lag(hub: HubState, watcher: Watcher, cursor: number): void {
  hub.live.remove(watcher);
  watcher.cursor = cursor;
  watcher.stream.lagging.add(watcher);
  hub.feedable.add(watcher.stream);
}

export function moveCursor(hub: HubState, watcher: Watcher, cursor: number): void {
  assert(watcher.cursor !== undefined && cursor >= watcher.cursor, 'a cursor only goes forward');
  if (cursor <= hub.revision) {
    watcher.cursor = cursor;
    return;
  }
  watcher.cursor = undefined;
  watcher.stream.lagging.delete(watcher);
  hub.live.add(watcher);
}

export function removeWatcher(hub: HubState, watcher: Watcher): void {
  const { stream } = watcher;
  hub.live.remove(watcher);
  stream.lagging.delete(watcher);
  stream.progress.watchers.delete(watcher);
  stream.progress.owed.delete(watcher);
  stream.watchers.delete(watcher.id);
  if (stream.watchers.size === 0) hub.idle.add(stream);
  hub.watchers -= 1;
}

/** Of what a lagging watcher still needs, something is gone for good: etcd's word for it, and the end of the watcher. */
export function cancelCompacted(hub: HubState, watcher: Watcher): boolean {
  const compactRevision = hub.source.compactRevision();
  if (watcher.cursor === undefined || watcher.cursor >= compactRevision) return false;
  const { stream } = watcher;
  removeWatcher(hub, watcher);
  rememberCompacted(stream, watcher.id);
  sendControl(hub, stream, compactedResponse(hub.source.term(), watcher.id, compactRevision));
  return true;
}

const compactedIdsMax = 1_000;

function rememberCompacted(stream: WatchStreamState, id: bigint): void {
  stream.compactedIds.add(id);
  if (stream.compactedIds.size <= compactedIdsMax) return;
  for (const oldest of stream.compactedIds) {
    stream.compactedIds.delete(oldest);
    return;
  }
}

export function endStream(hub: HubState, stream: WatchStreamState, error: ClientError): void {
  closeStream(hub, stream);
  hub.sink.end(stream.stream, error);
}

export function closeStream(hub: HubState, stream: WatchStreamState): void {
  for (const watcher of [...stream.watchers.values()]) removeWatcher(hub, watcher);
  hub.feedable.delete(stream);
  hub.idle.delete(stream);
  hub.streams.delete(stream.stream);
  discard(stream.buffer);
}
