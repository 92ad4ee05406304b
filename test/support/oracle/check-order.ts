import type { Operation } from '../history/types.ts';
import type { Replay } from './replay.ts';

/**
 * Revisions never go back: what begins after an answer was there sees that answer's revision, and a write that begins after it gets a
 * higher one. Acknowledged revisions belong to one write each.
 */
export function checkOrder(operations: readonly Operation[], replay: Replay): readonly string[] {
  const violations: string[] = [];
  const moments = operations
    .flatMap((operation) => [
      { place: operation.invoked, operation, ends: false },
      { place: operation.returned, operation, ends: true },
    ])
    .filter(({ place }) => Number.isFinite(place))
    .sort((left, right) => left.place - right.place);
  const owners = new Map<number, string>();
  let floor = 0;
  let floorOf = 'nothing';
  for (const { operation, ends } of moments) {
    const answered = answeredRevision(operation);
    if (ends) {
      if (answered !== undefined && answered > floor) {
        floor = answered;
        floorOf = nameOf(operation);
      }
      continue;
    }
    const written = writtenRevision(operation, replay);
    if (written !== undefined && written <= floor) {
      violations.push(
        `order: ${nameOf(operation)} wrote revision ${written}, but began after ${floorOf} was answered at ${floor}`,
      );
    }
    if (written === undefined && answered !== undefined && answered < floor) {
      violations.push(
        `order: ${nameOf(operation)} was answered at ${answered}, but began after ${floorOf} was answered at ${floor}`,
      );
    }
    if (operation.kind !== 'write' || operation.outcome.kind !== 'applied') continue;
    const { revision } = operation.outcome;
    const owner = owners.get(revision);
    if (owner !== undefined)
      violations.push(`order: ${operation.id} and ${owner} were both given revision ${revision}`);
    owners.set(revision, operation.id);
  }
  return violations;
}

function answeredRevision({ outcome }: Operation): number | undefined {
  return 'revision' in outcome ? outcome.revision : undefined;
}

/** Also of a write whose client never heard of it. */
function writtenRevision(operation: Operation, replay: Replay): number | undefined {
  if (operation.kind !== 'write') return undefined;
  if (operation.outcome.kind === 'applied') return operation.outcome.revision;
  const value = operation.writes.find((write) => write.value !== undefined)?.value;
  return value === undefined ? undefined : replay.revisionsOfValue(value)[0];
}

function nameOf(operation: Operation): string {
  return operation.kind === 'grant' ? `the grant of lease ${operation.lease}` : operation.id;
}
