import { watchBatchBytesMax, watchBatchRevisionsMax, watchEventBytes } from '../limits.ts';
import type { Version } from '../types/version.ts';
import { isTombstone } from '../types/version.ts';
import type { WatchEvent } from '../types/watch.ts';
import { hasRoom, reserve } from './buffer.ts';
import type { FeedBatch, Watcher } from './watcher.ts';
import type { WatchSource } from './watch-source.ts';

/**
 * A batch takes whole revisions or nothing of them: `closeRevision` is the one place where an event enters a response.
 */

export function emptyBatch(): FeedBatch {
  return { events: [], bytes: 0, revisions: 0, open: [], openBytes: 0, stoppedAt: undefined };
}

export function addToOpen(batch: FeedBatch, event: WatchEvent): void {
  batch.open.push(event);
  batch.openBytes += bytesOfVersion(event.version) + watchEventBytes;
  if (event.previous !== undefined) batch.openBytes += bytesOfVersion(event.previous);
}

/** Ends the open revision: it is added whole, or the batch stops before it. */
export function closeRevision(watcher: Watcher, batch: FeedBatch, revision: number): void {
  if (!fits(watcher, batch)) {
    batch.stoppedAt = revision;
    batch.open = [];
    return;
  }
  reserve(watcher.stream.buffer, batch.revisions === 0 ? 1 : 0, batch.openBytes);
  for (const event of batch.open) batch.events.push(event);
  batch.bytes += batch.openBytes;
  batch.revisions += 1;
  batch.open = [];
  batch.openBytes = 0;
}

function fits(watcher: Watcher, batch: FeedBatch): boolean {
  const { stream } = watcher;
  if (stream.blocked) return false;
  if (batch.revisions === watchBatchRevisionsMax) return false;
  if (batch.revisions > 0 && batch.bytes + batch.openBytes > watchBatchBytesMax) return false;
  if (hasRoom(stream.buffer, batch.revisions === 0 ? 1 : 0, batch.openBytes)) return true;
  stream.blocked = true;
  return false;
}

/** Makes the event of one version for any watcher; all watchers share it. */
export function eventMaker(source: WatchSource, version: Version): (watcher: Watcher) => WatchEvent {
  const plain: WatchEvent = { version, previous: undefined };
  let full: WatchEvent | undefined;
  return (watcher) => {
    if (!watcher.previousKv) return plain;
    full ??= { version, previous: previousVersion(source, version) };
    return full;
  };
}

/** What a read at the revision just before would have found: nothing if that is compacted or the key did not exist. */
function previousVersion(source: WatchSource, version: Version): Version | undefined {
  if (version.createRevision === version.modRevision) return undefined;
  if (version.modRevision - 1 < source.compactRevision()) return undefined;
  const previous = source.previous(version);
  return previous === undefined || isTombstone(previous) ? undefined : previous;
}

function bytesOfVersion(version: Version): number {
  return version.key.length + version.valueBytes;
}
