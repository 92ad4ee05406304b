import type { HoldLeaseAction } from '../types/scenario.ts';
import { answerOf, call, sleep, type ClientTask, type ClientView } from './task.ts';

/** Grants a lease, puts keys under it, keeps it alive for a while, and then revokes it or leaves it to run out. */
export function* holdLease(action: HoldLeaseAction, id: string, view: ClientView): ClientTask {
  const { lease, ttlSeconds, keys, keepAliveEveryMs, forMs, revoke } = action;
  const untilMs = view.nowMs() + forMs;
  const granted = yield* call({ kind: 'lease-grant', id: lease, ttlSeconds });
  if (granted.kind !== 'ok') return;
  for (const key of keys) yield* call({ kind: 'put', key, value: `${id}/${key}`, lease });
  while (keepAliveEveryMs > 0 && view.nowMs() + keepAliveEveryMs <= untilMs) {
    yield* sleep(keepAliveEveryMs);
    const kept = answerOf(yield* call({ kind: 'lease-keep-alive', id: lease }), 'lease-keep-alive');
    if (kept?.response.ttlSeconds === 0) return;
  }
  yield* call({ kind: 'lease-time-to-live', id: lease, keys: true });
  if (view.nowMs() < untilMs) yield* sleep(untilMs - view.nowMs());
  if (revoke) yield* call({ kind: 'lease-revoke', id: lease });
}
