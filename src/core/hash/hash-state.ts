import { assert } from '../assert.ts';
import type { Core } from '../core.ts';
import type { State } from '../state/state.ts';
import { until, type Task } from '../task.ts';
import type { Version } from '../types/version.ts';
import type { ValueSource } from '../values/value-source.ts';
import { hashVersion } from './hashed-version.ts';
import { hashedVersions, hashOfNothing, type HashedState } from './hashed-versions.ts';

/**
 * The hash of a state whose values may have to be read, a piece at a time: others' events go first. The state may move on meanwhile, its
 * scrub may not. Undefined: `wanted` said that nobody waits for it any more.
 */
export function* hashState(
  core: Core,
  state: State,
  values: Pick<ValueSource, 'read'>,
  hashed: HashedState,
  wanted: () => boolean,
): Task<number | undefined> {
  let hash = hashOfNothing;
  for (const piece of hashedVersions(state, hashed)) {
    if (!wanted()) return undefined;
    if (piece.kind === 'versions') hash = yield* hashPiece(values, piece.versions, hash);
    yield* until(core.at.monotonicMs);
  }
  return hash;
}

function* hashPiece(values: Pick<ValueSource, 'read'>, versions: readonly Version[], before: number): Task<number> {
  // A value may leave the memory while others are read.
  const atHand = versions.map(({ value }) => value);
  const read = yield* values.read(versions.filter((_, index) => atHand[index] === undefined));
  let hash = before;
  versions.forEach((version, index) => {
    const value = atHand[index] ?? read.get(version);
    assert(value !== undefined, 'a value is read before it is hashed');
    hash = hashVersion(hash, version, value);
  });
  return hash;
}
