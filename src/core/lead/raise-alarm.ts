import { log } from '../core.ts';
import type { Mismatch } from '../corruption/mismatch.ts';
import type { AlarmKind } from '../types/alarm.ts';
import { evaluateWrite } from '../write/evaluate.ts';
import type { Leader } from './leader.ts';

/** Alarms that this node raises by itself, in its own name. Its record goes the way of every other. False: it is on. */
export function raiseAlarm({ core, state, pipeline }: Leader, alarm: AlarmKind): boolean {
  const { memberId } = core.configuration;
  const raised = evaluateWrite(state, { kind: 'alarm', action: 'activate', alarm, memberId });
  if (raised.kind !== 'record') return false;
  pipeline.admit({ record: raised.record, versions: raised.versions });
  return true;
}

/** What asked for space is refused; from now on everything is that would take any, until somebody takes the alarm back. */
export function raiseNoSpace(leader: Leader): void {
  if (!raiseAlarm(leader, 'nospace')) return;
  const { core, state } = leader;
  log(core, 'error', 'the quota is exceeded: what takes space is refused until the alarm is taken back', {
    bytes: state.bytesTotal,
    quotaBackendBytes: core.configuration.quotaBackendBytes,
  });
}

const whatToDo =
  't4 verify tells what else is wrong and what it costs; restore the object from a version of the bucket, or write a new checkpoint (t4 checkpoint); then etcdctl alarm disarm';

/** Reads are served; nothing is changed, and no lease runs out, until somebody has looked. */
export function raiseCorrupt(leader: Leader, { key, what }: Mismatch): void {
  // Who is about to leave admits nothing more.
  if (leader.refusal !== undefined || !raiseAlarm(leader, 'corrupt')) return;
  log(leader.core, 'error', 'the alarm CORRUPT is raised: nothing is changed until somebody takes it back', {
    object: key,
    reason: what,
    hint: whatToDo,
  });
}
