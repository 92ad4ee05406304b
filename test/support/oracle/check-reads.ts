import type { KeyState, Operation, ReadOperation } from '../history/types.ts';
import { describeState, equalStates } from './equal.ts';
import type { Replay } from './replay.ts';

/** Every read, and every failed compare, tells what the log says of the revision that it names. */
export function checkReads(operations: readonly Operation[], replay: Replay): readonly string[] {
  const violations: string[] = [];
  for (const operation of operations) {
    if (operation.kind === 'read') violations.push(...checkRead(operation, replay));
    if (operation.kind !== 'write' || operation.outcome.kind !== 'compare-failed') continue;
    const { guard, id, outcome } = operation;
    const expected = replay.at(guard!.key, outcome.revision);
    if (!equalStates(outcome.found, expected)) {
      violations.push(
        `reads: ${id} found ${describeState(outcome.found)} at ${outcome.revision}; there was ${describeState(expected)}`,
      );
    }
    if ((expected?.modRevision ?? 0) === guard!.modRevision) {
      violations.push(`reads: ${id} did not compare at ${outcome.revision}, although ${guard!.key} was as asked for`);
    }
  }
  return violations;
}

function checkRead({ id, range, atRevision, outcome }: ReadOperation, replay: Replay): readonly string[] {
  if (outcome.kind === 'failed') return [];
  if (outcome.revision > replay.headRevision) {
    return [`reads: ${id} was answered at ${outcome.revision}; the log ends at ${replay.headRevision}`];
  }
  const revision = atRevision === 0 ? outcome.revision : atRevision;
  return compare(`reads: ${id} of revision ${revision}`, outcome.found, replay.rangeAt(range, revision));
}

function compare(what: string, found: readonly KeyState[], expected: readonly KeyState[]): readonly string[] {
  for (let index = 0; index < Math.max(found.length, expected.length); index++) {
    if (equalStates(found[index], expected[index])) continue;
    return [`${what} has ${describeState(found[index])} where there is ${describeState(expected[index])}`];
  }
  return [];
}
