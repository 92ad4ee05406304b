import type { Action } from '../types/scenario.ts';
import type { PlainKeyValue, PlainTxnOperation } from '../types/plain.ts';
import { answerOf, call, type ClientTask } from './task.ts';

/**
 * Kubernetes' way to write (apiserver's GuaranteedUpdate): change what was read, if nobody changed it since; a failed compare brings
 * what is there now, and the next try goes on from that.
 */
export function* guaranteedUpdate(action: Extract<Action, { readonly kind: 'guaranteed-update' }>): ClientTask {
  const { key, value, attemptsMax } = action;
  let current = yield* readKey(key);
  for (let attempt = 1; attempt <= attemptsMax && current !== 'unknown'; attempt++) {
    const swapped = yield* swap(key, current, { kind: 'put', key, value: `${value}@${attempt}` });
    if (swapped === 'done') return;
    current = swapped;
  }
}

export function* guardedDelete({ key }: Extract<Action, { readonly kind: 'guarded-delete' }>): ClientTask {
  const current = yield* readKey(key);
  if (current === undefined || current === 'unknown') return;
  yield* swap(key, current, { kind: 'delete-range', key, previousKv: true });
}

function* readKey(key: string): ClientTask<PlainKeyValue | undefined | 'unknown'> {
  const read = answerOf(yield* call({ kind: 'range', key }), 'range');
  return read === undefined ? 'unknown' : read.response.kvs[0];
}

/** `done`, or what stands there now. */
function* swap(
  key: string,
  current: PlainKeyValue | undefined,
  change: PlainTxnOperation,
): ClientTask<PlainKeyValue | undefined | 'unknown' | 'done'> {
  const outcome = yield* call({
    kind: 'txn',
    compare: [{ key, target: { kind: 'mod', modRevision: current?.modRevision ?? 0 } }],
    success: [change],
    failure: [{ kind: 'range', key }],
  });
  const answer = answerOf(outcome, 'txn');
  if (answer === undefined) return 'unknown';
  if (answer.response.succeeded) return 'done';
  const found = answer.response.responses[0]?.response;
  return found?.kind === 'range' ? found.kvs[0] : 'unknown';
}
