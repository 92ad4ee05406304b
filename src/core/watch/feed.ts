import { assert, AssertionError } from '../assert.ts';
import { watchFeedVersionsMax } from '../limits.ts';
import type { Version } from '../types/version.ts';
import { addToOpen, closeRevision, emptyBatch, eventMaker } from './batch.ts';
import { cancelCompacted, type HubState, moveCursor, sendEvents } from './hub-state.ts';
import { createMatching, type Matching, wanted } from './matching.ts';
import type { Watcher, WatchStreamState } from './watcher.ts';

/**
 * Lagging watchers catch up from history, in passes of bounded length. A pass belongs to the stream whose turn it is and begins at the
 * cursor of one of its watchers; every other lagging watcher at or beyond that point comes along, so a crowd that reconnects reads the
 * history together. Turns go round among streams, and among the watchers of a stream.
 *
 * Invariants:
 * - A pass ends with a whole revision, and each response holds whole revisions.
 * - The watcher whose turn it is advances, or its stream is blocked.
 */
export function feed(hub: HubState, versionsMax: number): void {
  let versions = 0;
  while (versions < versionsMax) {
    const stream = nextStream(hub);
    if (stream === undefined) return;
    versions += 1 + feedOnce(hub, stream);
  }
}

export function nextStream(hub: HubState): WatchStreamState | undefined {
  for (const stream of hub.feedable) {
    if (!stream.blocked && stream.lagging.size > 0) return stream;
    hub.feedable.delete(stream);
  }
  return undefined;
}

function feedOnce(hub: HubState, stream: WatchStreamState): number {
  const leader = firstOf(stream.lagging);
  hub.feedable.delete(stream);
  hub.feedable.add(stream);
  if (cancelCompacted(hub, leader)) return 0;
  stream.lagging.delete(leader);
  stream.lagging.add(leader);

  const from = leader.cursor!;
  const group = gather(hub, leader, from);
  const pass = readHistory(hub, group, from);
  for (const watcher of group.watchers) {
    const batch = watcher.batch!;
    watcher.batch = undefined;
    if (batch.revisions > 0) sendEvents(hub, watcher, batch);
    moveCursor(hub, watcher, batch.stoppedAt ?? Math.max(watcher.cursor!, pass.through + 1));
  }
  return pass.versions;
}

function firstOf(watchers: ReadonlySet<Watcher>): Watcher {
  for (const watcher of watchers) return watcher;
  throw new AssertionError('a feedable stream has a lagging watcher');
}

/** Every lagging watcher that the pass can serve. Watchers behind `from` wait for their own turn. */
function gather(hub: HubState, leader: Watcher, from: number): Matching {
  const group = createMatching();
  const join = (watcher: Watcher) => {
    watcher.batch = emptyBatch();
    group.add(watcher);
  };
  join(leader);
  for (const stream of hub.feedable) {
    if (stream.blocked) continue;
    for (const watcher of stream.lagging) {
      if (watcher !== leader && watcher.cursor! >= from) join(watcher);
    }
  }
  return group;
}

interface Pass {
  /** Last revision that was read whole. */
  readonly through: number;
  readonly versions: number;
}

function readHistory(hub: HubState, group: Matching, from: number): Pass {
  let revision = from;
  let versions = 0;
  let reading = group.watchers.size;
  let concerned: Watcher[] = [];

  function endRevision(): void {
    for (const watcher of concerned) {
      closeRevision(watcher, watcher.batch!, revision);
      if (watcher.batch!.stoppedAt !== undefined) reading -= 1;
    }
    concerned = [];
  }

  for (const version of hub.source.history(from, hub.revision)) {
    assert(version.modRevision >= revision && version.modRevision <= hub.revision, 'history is in order and durable');
    if (version.modRevision > revision) {
      endRevision();
      if (reading === 0 || versions >= watchFeedVersionsMax) {
        return { through: version.modRevision - 1, versions };
      }
      revision = version.modRevision;
    }
    versions += 1;
    collect(hub, group, version, concerned);
  }
  endRevision();
  return { through: hub.revision, versions };
}

function collect(hub: HubState, group: Matching, version: Version, concerned: Watcher[]): void {
  const eventFor = eventMaker(hub.source, version);
  group.visit(version.key, (watcher) => {
    const batch = watcher.batch!;
    if (batch.stoppedAt !== undefined || version.modRevision < watcher.cursor! || !wanted(watcher, version)) return;
    if (batch.open.length === 0) concerned.push(watcher);
    addToOpen(batch, eventFor(watcher));
  });
}
