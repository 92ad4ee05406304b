import type { Core } from '../core.ts';
import { nodeKey } from '../format/keys.ts';
import { decodeNode, encodeNode } from '../format/node.ts';
import type { Standby } from '../recover/claim-epoch.ts';
import { pause } from '../store/backoff.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import { storeKeyOf } from '../store/store-key.ts';
import { until, waitFor, type Task } from '../task.ts';

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
    const beat = (held?.beat ?? 0) + 1;
    const body = encodeNode({ databaseId, memberId, name, clientUrls, beat, intervalMs }, core.digest);
    const condition =
      held === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'match', etag: held.etag } as const);
    const put = yield* settledPut(core, key, body, condition);
    if (put.kind === 'ours') {
      held = { etag: put.etag, beat };
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

interface Held {
  readonly etag: string;
  readonly beat: number;
}

/** Whatever an earlier life has written is gone on from: an unchanged object is no sign of life. What cannot be read is written over. */
function* readOwn(core: Core, key: string): Task<Held | undefined> {
  const read = yield* readDecoded(core, key, (body) => decodeNode(key, body, core.digest));
  if (read.kind === 'missing') return undefined;
  return { etag: read.object.etag, beat: read.kind === 'ok' ? read.value.beat : 0 };
}
