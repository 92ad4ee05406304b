import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore, PutCondition } from '../../ports/object-store.ts';
import { subjectOf, subjectOfAll, type StoreSubject } from './subject.ts';
import type { CallSeen, StoreOperation, StoreUsage } from './usage.ts';

/** A store as it is, with its calls counted when they have ended. */

const putOperations = {
  absent: 'put-if-absent',
  match: 'put-if-match',
  none: 'put',
} as const satisfies Record<PutCondition['kind'], StoreOperation>;

type Outcome =
  | { readonly kind: Exclude<CallSeen['outcome'], 'refused' | 'unknown' | 'failed'> }
  | { readonly kind: 'refused' | 'unknown' | 'failed'; readonly problem: { readonly code: string } };

export function countedStore(store: ObjectStore, usage: StoreUsage, clock: Clock): ObjectStore {
  async function counted<Result extends Outcome>(
    operation: StoreOperation,
    subject: StoreSubject,
    call: () => Promise<Result>,
    measured: (outcome: Result) => Pick<CallSeen, 'bytesUp' | 'bytesDown' | 'objects'>,
  ): Promise<Result> {
    const beganMs = clock.now().monotonicMs;
    const elapsed = (): number => clock.now().monotonicMs - beganMs;
    try {
      const outcome = await call();
      const problem = 'problem' in outcome ? { problemCode: outcome.problem.code } : {};
      usage.seen({
        operation,
        subject,
        outcome: outcome.kind,
        milliseconds: elapsed(),
        ...problem,
        ...measured(outcome),
      });
      return outcome;
    } catch (error) {
      usage.seen({ operation, subject, outcome: 'unknown', milliseconds: elapsed(), problemCode: 'Thrown' });
      throw error;
    }
  }

  return {
    description: store.description,
    put(key, body, condition) {
      const measured = { bytesUp: body.length };
      return counted(
        putOperations[condition.kind],
        subjectOf(key),
        () => store.put(key, body, condition),
        () => measured,
      );
    },
    get(key, range) {
      // A range with nothing in it can only be asked for without a body.
      const ranged = range !== undefined && range.start === range.end ? 'head' : 'get-range';
      return counted(
        range === undefined ? 'get' : ranged,
        subjectOf(key),
        () => store.get(key, range),
        (outcome) => (outcome.kind === 'ok' ? { bytesDown: outcome.body.length } : {}),
      );
    },
    list(prefix, options) {
      return counted(
        'list',
        subjectOf(prefix),
        () => store.list(prefix, options),
        (outcome) => (outcome.kind === 'ok' ? { objects: outcome.objects.length } : {}),
      );
    },
    async deleteMany(keys) {
      if (keys.length === 0) return store.deleteMany(keys);
      return counted(
        'delete',
        subjectOfAll(keys),
        () => store.deleteMany(keys),
        () => ({ objects: keys.length }),
      );
    },
    close: () => store.close(),
  };
}
