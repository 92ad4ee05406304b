import { assert } from '../assert.ts';
import type { Version } from '../types/version.ts';
import { addToOpen, closeRevision, emptyBatch, eventMaker } from './batch.ts';
import { type HubState, lag, sendEvents } from './hub-state.ts';
import { wanted } from './matching.ts';
import type { Watcher } from './watcher.ts';

/**
 * A revision became durable: each synced watcher that it concerns gets all its events in one response, in order of the operations; one
 * whose stream has no room begins to lag at this revision. No watcher can hold up another, or a writer.
 */
export function deliverRevision(hub: HubState, versions: readonly Version[], revision: number): void {
  assert(revision === hub.revision + 1, 'revisions reach the watchers one by one');
  hub.revision = revision;
  const concerned: Watcher[] = [];
  for (const version of versions) {
    assert(version.modRevision === revision, 'a revision is delivered with its own versions');
    const eventFor = eventMaker(hub.source, version);
    hub.live.visit(version.key, (watcher) => {
      if (!wanted(watcher, version)) return;
      if (watcher.batch === undefined) {
        watcher.batch = emptyBatch();
        concerned.push(watcher);
      }
      addToOpen(watcher.batch, eventFor(watcher));
    });
  }
  for (const watcher of concerned) {
    const batch = watcher.batch!;
    watcher.batch = undefined;
    closeRevision(watcher, batch, revision);
    if (batch.stoppedAt === undefined) sendEvents(hub, watcher, batch);
    else lag(hub, watcher, revision);
  }
}
