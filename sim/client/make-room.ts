import type { CallOutcome } from '../types/history.ts';
import type { PlainRange, PlainRequest } from '../types/plain.ts';
import type { MakeRoomAction } from '../types/scenario.ts';
import { rangeOf } from './behind.ts';
import { answerOf, call, sleep, type ClientTask, type ClientView } from './task.ts';

type Ask = (request: PlainRequest) => ClientTask<CallOutcome>;

/** An operator who gives space back again and again, in etcd's way: delete, compact, take the alarms back. */
export function* keepMakingRoom(action: MakeRoomAction, view: ClientView): ClientTask {
  const endMs = view.nowMs() + action.untilMs;
  while (view.nowMs() < endMs) {
    yield* makeRoom(call, rangeOf(action));
    yield* sleep(action.everyMs);
  }
}

export function* makeRoom(ask: Ask, range: PlainRange): ClientTask {
  const deleted = answerOf(yield* ask({ kind: 'delete-range', ...range }), 'delete-range');
  if (deleted !== undefined) yield* ask({ kind: 'compact', revision: deleted.revision, physical: true });
  yield* takeAlarmsBack(ask);
}

/** Whoever raised them. */
export function* takeAlarmsBack(ask: Ask): ClientTask {
  const listed = answerOf(yield* ask({ kind: 'alarm', action: 'get', alarm: 'none', memberId: '0' }), 'alarm');
  for (const { alarm, memberId } of listed?.response.alarms ?? []) {
    yield* ask({ kind: 'alarm', action: 'deactivate', alarm, memberId });
  }
}
