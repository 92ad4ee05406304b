import type { Core } from '../core.ts';
import { nodeKey } from '../format/keys.ts';
import { decodeNode, encodeNode } from '../format/node.ts';
import type { Standby } from '../recover/claim-epoch.ts';
import { pause } from '../store/backoff.ts';
import { readObject, settledPut, type StoredObject } from '../store/objects.ts';
import { storeKeyOf } from '../store/store-key.ts';
import { until, waitFor, type Task } from '../task.ts';

const readsMax = 3;

/**
 * A node that stands by says in the store that it lives: a small object of its own, written anew again and again. Nothing waits for it. It says nothing as
 * long as it waits for nobody but an earlier run of itself.
 */
export function* keepPresent(core: Core, standby: Standby): Task<void> {
  const { memberId, name, clientUrls, memberIntervalMs: intervalMs } = core.configuration;
  if (intervalMs === 0) return;
  while (!waitsForAnother(core, standby)) yield* waitFor(standby.waitingSignal);
  const { databaseId } = standby.observed!.control;
  const key = nodeKey(memberId);
  standby.presentAs = storeKeyOf(core.home, key);
  let held = yield* readOwn(core, key);
  for (let attempt = 0; ;) {
    const beat = beatOf(core, key, held) + 1;
    const body = encodeNode({ databaseId, memberId, name, clientUrls, beat, intervalMs }, core.digest);
    const condition =
      held === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'match', etag: held.etag } as const);
    const put = yield* settledPut(core, key, body, condition);
    if (put.kind === 'ours') {
      held = { body, etag: put.etag };
      attempt = 0;
      yield* until(core.at.monotonicMs + intervalMs);
      continue;
    }
    // A collector took it for dead, or another process uses a copy of the data folder.
    yield* pause(core, attempt++);
    held = put.kind === 'other' ? yield* readOwn(core, key) : undefined;
  }
}

function waitsForAnother({ configuration }: Core, { observed }: Standby): boolean {
  const leader = observed?.control.leader;
  return leader !== undefined && leader.memberId !== configuration.memberId;
}

/** A body that was damaged on its way is asked for again: a beat that went back would be no sign of life. What stays unreadable is written over. */
function* readOwn(core: Core, key: string): Task<StoredObject | undefined> {
  for (let attempt = 1; ; attempt++) {
    const held = yield* readObject(core, key);
    if (held === undefined || attempt === readsMax || decodeNode(key, held.body, core.digest).kind === 'ok')
      return held;
    yield* pause(core, attempt);
  }
}

/** Whatever an earlier life has written is gone on from: an unchanged object is no sign of life. */
function beatOf(core: Core, key: string, held: StoredObject | undefined): number {
  if (held === undefined) return 0;
  const decoded = decodeNode(key, held.body, core.digest);
  return decoded.kind === 'ok' ? decoded.value.beat : 0;
}
