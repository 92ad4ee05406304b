import type { PlainRequest } from '../types/plain.ts';
import type { ProbeAction } from '../types/scenario.ts';
import { callAt, sleep, type ClientTask, type ClientView } from './task.ts';

const probePauseMs = 500;

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
    const outcome = yield* callAt(nodes[attempt % nodes.length]!, requestOf(attempt));
    if (outcome.kind === 'ok') return true;
    yield* sleep(probePauseMs);
  }
  return false;
}
