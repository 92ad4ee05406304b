import type { PlainRequest } from '../types/plain.ts';
import type { ProbeAction } from '../types/scenario.ts';
import { answerOf, callAt, sleep, type ClientTask, type ClientView } from './task.ts';

const probePauseMs = 500;
const noSpaceWords = 'etcdserver: mvcc: database space exceeded';

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
  for (let attempt = 0; view.nowMs() < untilMs; attempt++) {
    const node = nodes[attempt % nodes.length]!;
    const outcome = yield* callAt(node, requestOf(attempt));
    if (outcome.kind === 'ok') return true;
    if (outcome.kind === 'error' && outcome.message === noSpaceWords) yield* takeAlarmsBack(node);
    yield* sleep(probePauseMs);
  }
  return false;
}

/** Who raised them may be cut off since: a database that refuses what takes space until somebody takes that back does as it was told. */
function* takeAlarmsBack(node: number): ClientTask {
  const listed = answerOf(yield* callAt(node, { kind: 'alarm', action: 'get', alarm: 'none', memberId: '0' }), 'alarm');
  for (const { alarm, memberId } of listed?.response.alarms ?? []) {
    yield* callAt(node, { kind: 'alarm', action: 'deactivate', alarm, memberId });
  }
}
