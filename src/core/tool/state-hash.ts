import type { Core } from '../core.ts';
import { createJoiner } from '../hash/castagnoli.ts';
import { hashedBytesOf, hashVersion } from '../hash/hashed-version.ts';
import { hashedVersions, hashOfNothing } from '../hash/hashed-versions.ts';
import { until, type Task } from '../task.ts';
import type { Version } from '../types/version.ts';
import { stateAt, type StateAt } from './state-at.ts';
import type { StartOrder } from './starts.ts';

/**
 * The hash that a node answers for a revision, from the object store alone. Values come in the order of the keys, the hash goes by revision: each
 * version is hashed by itself when its value goes by, and what came of it is joined in order.
 */
export type StateHash =
  | {
      readonly kind: 'hash';
      readonly hash: number;
      readonly hashRevision: number;
      readonly compactRevision: number;
      /** At that revision. */
      readonly keys: number;
      /** All that are kept up to there. */
      readonly versions: number;
      readonly slot: number;
    }
  | Exclude<StateAt, { readonly kind: 'state' }>
  /** What the compaction asked for would need is compacted: the log says at which revision. */
  | { readonly kind: 'compacted-since'; readonly compactRevision: number };

export interface StateHashRequest {
  readonly revision: number;
  /** Undefined: the last one that the log has before the next revision. */
  readonly compactRevision: number | undefined;
  readonly order: StartOrder;
}

const noBytes = new Uint8Array(0);

export function* stateHashAt(core: Core, request: StateHashRequest): Task<StateHash> {
  const { revision, order } = request;
  const hashes = new WeakMap<Version, number>();
  const note = (version: Version) => hashes.set(version, hashVersion(0, version, version.value ?? noBytes));
  const found = yield* stateAt(core, { kind: 'revision', revision }, note, order);
  if (found.kind !== 'state') return found;
  const { state, position } = found;
  const compactRevision = request.compactRevision ?? state.settledCompactRevision;
  if (compactRevision < state.settledCompactRevision) {
    return { kind: 'compacted-since', compactRevision: state.settledCompactRevision };
  }
  const joiner = createJoiner();
  let hash = hashOfNothing;
  for (const piece of hashedVersions(state, { revision, compactRevision })) {
    if (piece.kind === 'pause') {
      yield* until(core.at.monotonicMs);
      continue;
    }
    for (const version of piece.versions) {
      hash = joiner.join(hash, hashes.get(version)!, hashedBytesOf(version));
    }
  }
  const { keys, versions } = state;
  return { kind: 'hash', hash, hashRevision: revision, compactRevision, keys, versions, slot: position.slot };
}
