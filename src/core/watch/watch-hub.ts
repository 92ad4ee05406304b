import { assert } from '../assert.ts';
import { watchProgressIntervalMsMin, watchProgressJitterMax, watchStreamsMax } from '../limits.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { Version } from '../types/version.ts';
import type { WatchCreateRequest } from '../types/watch.ts';
import { dequeue, emptyBuffer, isHalfFree } from './buffer.ts';
import { createWatcher } from './create.ts';
import { feed, nextStream } from './feed.ts';
import {
  cancelCompacted,
  closeStream,
  endStream,
  headerOf,
  type HubState,
  removeWatcher,
  sendControl,
} from './hub-state.ts';
import { deliverRevision } from './live.ts';
import { createMatching } from './matching.ts';
import { answerProgressRequest, payReports, reportDue } from './progress.ts';
import { canceledResponse } from './responses.ts';
import type { WatchSink, WatchSource } from './watch-source.ts';
import type { WatchStreamState } from './watcher.ts';

/**
 * All watchers of one reign.
 *
 * Invariants:
 * - A watcher gets every matching event from its start on: once, in order, all of a revision together, nothing that is not durable.
 * - Its cursor only goes forward.
 * - Progress is never ahead of events: see `progress.ts`.
 * - No stream's buffer grows beyond its bounds (`buffer.ts`), and nothing is dropped for it: watchers lag and are fed from history.
 */
export interface WatchHub {
  open(stream: number, nowMs: number): void;
  /** `denial`: what stands against the caller. */
  create(stream: number, request: WatchCreateRequest, nowMs: number, denial?: ClientError): void;
  cancel(stream: number, watchId: bigint): void;
  requestProgress(stream: number): void;
  /** The consumer took the oldest `messages` responses of the stream. */
  consumed(stream: number, messages: number): void;
  close(stream: number): void;
  /** Once for each revision, in order, when it is durable and the source shows it; `versions` are all of it, by `sub`. */
  committed(versions: readonly Version[], revision: number): void;
  /** After `compactRevision` of the source went up. */
  compacted(): void;
  /** Sends progress reports that are due. */
  tick(nowMs: number): void;
  /** When `tick` next has something to do; undefined: nothing is waiting for it. */
  nextTickMs(): number | undefined;
  /** Some watcher can be fed from history now. */
  hasWork(): boolean;
  /** Feeds lagging watchers, reading about `versions` versions of history; true if more can be done. */
  work(versions: number): boolean;
  /** Ends every stream. The hub is done: a new reign has a new one. */
  endAll(error: ClientError): void;
  counts(): WatchCounts;
}

export interface WatchCounts {
  readonly streams: number;
  readonly watchers: number;
  /** Those that lag behind. */
  readonly slowWatchers: number;
}

export interface WatchHubOptions {
  readonly source: WatchSource;
  readonly sink: WatchSink;
  readonly progressIntervalMs: number;
  /** Responses of a stream that its consumer leaves waiting, at most. */
  readonly bufferMessagesMax: number;
  /** Numbers in [0, 1), for the jitter of progress reports. */
  readonly random: () => number;
}

export function createWatchHub({
  source,
  sink,
  progressIntervalMs,
  bufferMessagesMax,
  random,
}: WatchHubOptions): WatchHub {
  assert(progressIntervalMs >= watchProgressIntervalMsMin, 'progress reports have a least interval');
  const hub: HubState = {
    source,
    sink,
    streams: new Map(),
    live: createMatching(),
    idle: new Set(),
    feedable: new Set(),
    buffers: { bytes: 0 },
    revision: source.durableRevision(),
    watchers: 0,
    earliestReportMs: undefined,
  };

  return {
    open(stream, nowMs) {
      assert(!hub.streams.has(stream), 'a stream is opened once');
      if (hub.streams.size >= watchStreamsMax) {
        // Anybody may open a stream, and only who may watch something gets a watcher: who has none keeps nobody out.
        const [idle] = hub.idle;
        if (idle === undefined) {
          sink.end(stream, clientErrors.tooManyRequests);
          return;
        }
        endStream(hub, idle, clientErrors.tooManyRequests);
      }
      const intervalMs = progressIntervalMs * (1 + watchProgressJitterMax * random());
      const state: WatchStreamState = {
        stream,
        watchers: new Map(),
        lagging: new Set(),
        compactedIds: new Set(),
        nextId: 0n,
        blocked: false,
        progress: { intervalMs, dueMs: nowMs + intervalMs, watchers: new Set(), owed: new Set() },
        buffer: emptyBuffer(bufferMessagesMax, hub.buffers),
      };
      hub.streams.set(stream, state);
      hub.idle.add(state);
    },
    // A stream that the hub has ended may still be spoken to by an edge that does not know it yet.
    create(stream, request, nowMs, denial) {
      const state = hub.streams.get(stream);
      if (state !== undefined) createWatcher(hub, state, request, nowMs, denial);
    },
    cancel(stream, watchId) {
      const state = hub.streams.get(stream);
      if (state === undefined) return;
      const watcher = state.watchers.get(watchId);
      if (watcher === undefined && !state.compactedIds.delete(watchId)) return;
      if (watcher !== undefined) removeWatcher(hub, watcher);
      sendControl(hub, state, canceledResponse(headerOf(hub), watchId));
    },
    requestProgress(stream) {
      const state = hub.streams.get(stream);
      if (state !== undefined) answerProgressRequest(hub, state);
    },
    consumed(stream, messages) {
      const state = hub.streams.get(stream);
      if (state === undefined) return;
      dequeue(state.buffer, messages);
      if (state.blocked && isHalfFree(state.buffer)) {
        state.blocked = false;
        hub.feedable.add(state);
      }
      payReports(hub, state);
    },
    close(stream) {
      const state = hub.streams.get(stream);
      if (state !== undefined) closeStream(hub, state);
    },
    committed(versions, revision) {
      deliverRevision(hub, versions, revision);
    },
    compacted() {
      for (const state of [...hub.streams.values()]) {
        for (const watcher of [...state.lagging]) if (hub.streams.has(state.stream)) cancelCompacted(hub, watcher);
      }
    },
    tick(nowMs) {
      reportDue(hub, nowMs);
    },
    nextTickMs: () => hub.earliestReportMs,
    hasWork: () => nextStream(hub) !== undefined,
    work(versions) {
      feed(hub, versions);
      return nextStream(hub) !== undefined;
    },
    endAll(error) {
      for (const state of [...hub.streams.values()]) endStream(hub, state, error);
    },
    counts: () => ({
      streams: hub.streams.size,
      watchers: hub.watchers,
      slowWatchers: hub.watchers - hub.live.watchers.size,
    }),
  };
}
