import { watchBufferMessagesMax } from '../../src/core/limits.ts';
import type { ByteString } from '../../src/core/types/bytes.ts';
import type { ClientError } from '../../src/core/types/error.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import type { WatchCreateRequest, WatchResponse } from '../../src/core/types/watch.ts';
import { createWatchHub, type WatchHub } from '../../src/core/watch/watch-hub.ts';
import type { WatchSource } from '../../src/core/watch/watch-source.ts';

/**
 * A watch hub over a store of the plainest kind: an array of revisions. Compaction really forgets, so whoever reads below it reads
 * nothing; the store may hold revisions that are not durable yet.
 */
export interface WatchWorld {
  readonly hub: WatchHub;
  /** Every version ever made, by revision; never forgotten. */
  readonly everything: readonly Version[];
  readonly responses: { readonly stream: number; readonly response: WatchResponse }[];
  readonly ended: Map<number, ClientError>;
  revision(): number;
  compactRevision(): number;
  /** One revision, not durable yet. */
  append(...changes: readonly Change[]): void;
  /** The oldest revision that is not durable becomes it. */
  settle(): boolean;
  /** `append` and `settle`. */
  commit(...changes: readonly Change[]): void;
  compact(revision: number): void;
  /** Responses since the last call. */
  take(): WatchResponse[];
}

/** `valueBytes` undefined: a deletion. */
export interface Change {
  readonly key: ByteString;
  readonly valueBytes: number | undefined;
}

export function put(key: ByteString, valueBytes = 1): Change {
  return { key, valueBytes };
}

export function remove(key: ByteString): Change {
  return { key, valueBytes: undefined };
}

export function watch(key: ByteString, options: Partial<WatchCreateRequest> = {}): WatchCreateRequest {
  return {
    key,
    rangeEnd: undefined,
    watchId: 0n,
    startRevision: 0,
    progressNotify: false,
    noPut: false,
    noDelete: false,
    previousKv: false,
    fragment: false,
    ...options,
  };
}

export interface WatchWorldOptions {
  readonly onResponse?: (stream: number, response: WatchResponse) => void;
  readonly progressIntervalMs?: number;
  readonly random?: () => number;
}

export function createWatchWorld(options: WatchWorldOptions = {}): WatchWorld {
  const everything: Version[] = [];
  let retained: Version[] = [];
  const pending: Version[][] = [];
  const responses: { stream: number; response: WatchResponse }[] = [];
  const ended = new Map<number, ClientError>();
  let revision = 1;
  let appended = 1;
  let compactRevision = 0;
  let taken = 0;

  function newest(key: ByteString): Version | undefined {
    return everything.findLast((version) => version.key === key);
  }

  const source: WatchSource = {
    durableRevision: () => revision,
    compactRevision: () => compactRevision,
    term: () => 7,
    *history(from, to) {
      if (from < compactRevision) throw new Error(`history from ${from} was compacted at ${compactRevision}`);
      for (const version of retained) {
        if (version.modRevision >= from && version.modRevision <= to) yield version;
      }
    },
    // An index may forget late: what is compacted can still be found here.
    previous: (version) =>
      everything.findLast((other) => other.key === version.key && other.modRevision < version.modRevision),
  };
  const hub = createWatchHub({
    source,
    sink: {
      response(stream, response) {
        if (ended.has(stream)) throw new Error(`a response after the end of stream ${stream}`);
        responses.push({ stream, response });
        options.onResponse?.(stream, response);
      },
      end: (stream, error) => void ended.set(stream, error),
    },
    progressIntervalMs: options.progressIntervalMs ?? 600_000,
    bufferMessagesMax: watchBufferMessagesMax,
    random: options.random ?? (() => 0),
  });

  const world: WatchWorld = {
    hub,
    everything,
    responses,
    ended,
    revision: () => revision,
    compactRevision: () => compactRevision,
    append(...changes) {
      appended += 1;
      const versions = changes.map(({ key, valueBytes }, sub): Version => {
        const before = newest(key);
        const alive = before !== undefined && !isTombstone(before);
        const gone = valueBytes === undefined;
        return {
          key,
          modRevision: appended,
          sub,
          createRevision: gone ? 0 : alive ? before.createRevision : appended,
          version: gone ? 0 : alive ? before.version + 1 : 1,
          lease: 0n,
          valueBytes: valueBytes ?? 0,
          value: undefined,
        };
      });
      everything.push(...versions);
      retained.push(...versions);
      pending.push(versions);
    },
    settle() {
      const versions = pending.shift();
      if (versions === undefined) return false;
      revision += 1;
      hub.committed(versions, revision);
      return true;
    },
    commit(...changes) {
      world.append(...changes);
      while (world.settle());
    },
    compact(at) {
      compactRevision = at;
      retained = retained.filter((version) => {
        if (version.modRevision >= at) return true;
        if (isTombstone(version)) return false;
        return !everything.some(
          (other) => other.key === version.key && other.modRevision > version.modRevision && other.modRevision <= at,
        );
      });
      hub.compacted();
    },
    take() {
      const fresh = responses.slice(taken).map(({ response }) => response);
      taken = responses.length;
      return fresh;
    },
  };
  return world;
}

/** Feeds until nothing more can be fed. */
export function feedAll(world: WatchWorld): void {
  while (world.hub.work(1));
}

/** A response in a few words: `0@5 put a put b`. */
export function story(response: WatchResponse): string {
  const words = [`${response.watchId}@${response.revision ?? 'none'}`];
  if (response.created) words.push('created');
  if (response.canceled) words.push('canceled');
  if (response.compactRevision !== 0) words.push(`compacted:${response.compactRevision}`);
  if (response.cancelReason !== '') words.push(`"${response.cancelReason}"`);
  for (const { version, previous } of response.events) {
    words.push(isTombstone(version) ? 'delete' : 'put', `${version.key}:${version.modRevision}`);
    if (previous !== undefined) words.push(`was:${previous.modRevision}`);
  }
  return words.join(' ');
}
