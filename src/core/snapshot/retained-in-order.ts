import { retainedVersions } from '../checkpoint/retained-versions.ts';
import { eachKey, inOrder, type Piece } from '../state/in-pieces.ts';
import type { State } from '../state/state.ts';
import type { LogPosition } from '../types/log.ts';
import type { Version } from '../types/version.ts';

/**
 * All versions that a state retains at a position, by revision. It is what a checkpoint of that position holds: those above the compaction
 * and, of each key, what was its value at it. What is above the compaction is noted before the first pause; the scrub may not run meanwhile.
 */
export function* retainedInOrder(
  state: State,
  position: Pick<LogPosition, 'revision' | 'compactRevision'>,
): Generator<Piece, readonly Version[]> {
  const { revision, compactRevision } = position;
  const above = state.history.between(compactRevision + 1, revision);
  if (compactRevision === 0) return above;
  const below: Version[] = [];
  yield* eachKey(state, (versions) => {
    const { start, end } = retainedVersions(versions, position);
    for (let index = start; index < end && versions[index]!.modRevision <= compactRevision; index++) {
      below.push(versions[index]!);
    }
  });
  return (yield* inOrder(below)).concat(above);
}
