import type { PlainRequest } from '../types/plain.ts';
import type { ProbeAction } from '../types/scenario.ts';
import { makeRoom, takeAlarmsBack } from './make-room.ts';
import { callAt, sleep, type ClientTask, type ClientView } from './task.ts';

const probePauseMs = 500;
const everything = { key: '\0', rangeEnd: '\0' };
const noSpaceWords = 'etcdserver: mvcc: database space exceeded';
const corruptWords = 'etcdserver: corrupt cluster';

/** Does the database work? A write, then a read, at whichever of the nodes takes them. */
export function* probe(action: ProbeAction, view: ClientView): ClientTask {
  const { nodes, key, value, forMs } = action;
  const untilMs = view.nowMs() + forMs;
  const written = yield* untilTaken(nodes, untilMs, view, (attempt) => ({
    kind: 'put',
    key,
    value: `${value}@${attempt}`,
  }));
  if (written) yield* untilTaken(nodes, untilMs, view, () => ({ kind: 'range', key }));
}

function* untilTaken(
  nodes: readonly number[],
  untilMs: number,
  view: ClientView,
  requestOf: (attempt: number) => PlainRequest,
): ClientTask<boolean> {
  let isFull = false;
  for (let attempt = 0; view.nowMs() < untilMs; attempt++) {
    const node = nodes[attempt % nodes.length]!;
    const outcome = yield* callAt(node, requestOf(attempt));
    if (outcome.kind === 'ok') return true;
    if (outcome.kind === 'error' && outcome.message === noSpaceWords) {
      const ask = (request: PlainRequest) => callAt(node, request);
      // Who raised them may be cut off since: a database that refuses what takes space until somebody takes that back does as it was told.
      if (isFull) yield* makeRoom(ask, everything);
      else yield* takeAlarmsBack(ask);
      isFull = true;
    }
    // Whatever was damaged, somebody has seen to it by now, or the next check raises it again.
    if (outcome.kind === 'error' && outcome.message === corruptWords) {
      yield* takeAlarmsBack((request) => callAt(node, request));
    }
    yield* sleep(probePauseMs);
  }
  return false;
}
