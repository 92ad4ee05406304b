import type { LockAction } from '../types/scenario.ts';
import { answerOf, call, sleep, type ClientTask, type ClientView } from './task.ts';

const lockPollMs = 300;

/**
 * A lock as etcd's users make it: a key under a lease, created only if absent; whoever created it holds it until he deletes it or his
 * lease runs out. What is done under the lock is guarded by its create revision, the fencing token.
 */
export function* lock(action: LockAction, id: string, view: ClientView): ClientTask {
  const { name, lease, ttlSeconds, holdMs, waitMs } = action;
  const untilMs = view.nowMs() + waitMs;
  const granted = yield* call({ kind: 'lease-grant', id: lease, ttlSeconds });
  if (granted.kind !== 'ok') return;
  while (view.nowMs() < untilMs) {
    const taken = yield* call({
      kind: 'txn',
      compare: [{ key: name, target: { kind: 'create', createRevision: 0 } }],
      success: [{ kind: 'put', key: name, value: id, lease }],
      failure: [{ kind: 'range', key: name }],
    });
    const answer = answerOf(taken, 'txn');
    if (answer?.response.succeeded === true) {
      yield* hold(name, id, answer.revision, holdMs);
      break;
    }
    yield* sleep(lockPollMs);
  }
  yield* call({ kind: 'lease-revoke', id: lease });
}

function* hold(name: string, id: string, token: number, holdMs: number): ClientTask {
  const held = { key: name, target: { kind: 'create', createRevision: token } } as const;
  yield* sleep(holdMs / 2);
  yield* call({
    kind: 'txn',
    compare: [held],
    success: [{ kind: 'put', key: `${name}/guarded`, value: id }],
    failure: [{ kind: 'range', key: name }],
  });
  yield* sleep(holdMs / 2);
  yield* call({ kind: 'txn', compare: [held], success: [{ kind: 'delete-range', key: name }] });
}
