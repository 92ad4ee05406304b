import type { AlarmCycleAction } from '../types/scenario.ts';
import { call, sleep, type ClientTask, type ClientView } from './task.ts';

const pauseMs = 300;
/** A raising of which nothing was heard may be done any time later: so it is taken back again and again. */
const againMs = 2_000;

/** Raises the alarm, looks, and takes it back for as long as it is told to. */
export function* alarmCycle({ memberId, forMs, untilMs }: AlarmCycleAction, view: ClientView): ClientTask {
  const endMs = view.nowMs() + untilMs;
  yield* call({ kind: 'alarm', action: 'activate', alarm: 'nospace', memberId });
  yield* sleep(forMs);
  yield* call({ kind: 'alarm', action: 'get', alarm: 'none', memberId: '0' });
  while (view.nowMs() < endMs) {
    const outcome = yield* call({ kind: 'alarm', action: 'deactivate', alarm: 'nospace', memberId });
    yield* sleep(outcome.kind === 'ok' ? againMs : pauseMs);
  }
}
