import type { AlarmWatchAction } from '../types/scenario.ts';
import { answerOf, call, sleep, type ClientTask, type ClientView } from './task.ts';

/** Takes back every CORRUPT that there is, for as long as it is told to. */
export function* alarmWatch({ everyMs, untilMs }: AlarmWatchAction, view: ClientView): ClientTask {
  const endMs = view.nowMs() + untilMs;
  while (view.nowMs() < endMs) {
    const listed = answerOf(yield* call({ kind: 'alarm', action: 'get', alarm: 'corrupt', memberId: '0' }), 'alarm');
    for (const { alarm, memberId } of listed?.response.alarms ?? []) {
      yield* call({ kind: 'alarm', action: 'deactivate', alarm, memberId });
    }
    yield* sleep(everyMs);
  }
}
