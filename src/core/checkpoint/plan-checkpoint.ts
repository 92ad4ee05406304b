import type { State } from '../state/state.ts';
import type { ByteString } from '../types/bytes.ts';
import type { ChunkReference, LogPosition } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { unitsOf, type Unit } from './checkpoint-units.ts';
import { createChunker, type ChunkContent, type Chunker } from './content-defined-chunks.ts';
import { mayKeepUnit } from './may-keep-unit.ts';
import { retainedVersions, type Retained } from './retained-versions.ts';

/**
 * What a checkpoint has to write, found in one pass over the keys: no record of changes is needed that a restart would lose.
 *
 * What a checkpoint holds is a function of its position. Below a revision there is nothing new, and compactions only take away: so a unit of an
 * earlier checkpoint is unchanged if the state retains no version above that checkpoint's revision in its range, and as many
 * versions as the unit holds. Its chunks are taken over by reference, where a chunk of this checkpoint ends as well.
 *
 * Writes may come in between two steps (they are above the position's revision); a scrub may not.
 */
export type Planned =
  /** Chunks of the base, as they are. */
  | { readonly kind: 'kept'; readonly references: readonly ChunkReference[] }
  | { readonly kind: 'new'; readonly content: ChunkContent }
  /** What the base has for a range that is chunked anew: some of it may come out the same. */
  | { readonly kind: 'changed'; readonly references: readonly ChunkReference[] }
  /** So many keys have been gone over: others' events go first. */
  | { readonly kind: 'pause' };

/** An earlier checkpoint of this log, or of one that this one goes on from. */
export interface PlanBase {
  readonly revision: number;
  readonly references: readonly ChunkReference[];
}

export interface PlanRules {
  readonly chunkBytesTarget: number;
  readonly keysPerPause: number;
  /** Objects that nothing new may rest on. */
  readonly unusable: ReadonlySet<string>;
}

type Ground = Pick<LogPosition, 'revision' | 'compactRevision'>;

/** In key order. */
export function* planCheckpoint(
  state: State,
  position: Ground,
  base: PlanBase | undefined,
  rules: PlanRules,
): Generator<Planned, void, void> {
  const chunker = createChunker(rules.chunkBytesTarget);
  const walk: Walk = { state, position, keysPerPause: rules.keysPerPause, keysLeft: rules.keysPerPause };
  for (const unit of unitsOf(base?.references ?? [])) {
    const mayKeep = chunker.atBorder() && !unit.references.some(({ key }) => rules.unusable.has(key));
    if (base !== undefined && mayKeep && (yield* isUnchanged(walk, base.revision, unit))) {
      if (unit.references.length > 0) yield { kind: 'kept', references: unit.references };
      continue;
    }
    if (unit.references.length > 0) yield { kind: 'changed', references: unit.references };
    yield* chunkAnew(walk, unit, chunker);
  }
  for (const content of chunker.finish()) yield { kind: 'new', content };
}

function* isUnchanged(walk: Walk, baseRevision: number, unit: Unit): Generator<Planned, boolean, void> {
  let versionsRetained = 0;
  let newestRevision = 0;
  let from: ByteString | undefined = unit.firstKey;
  for (;;) {
    from = visitSome(walk, from, unit.before, (ofKey, { start, end }) => {
      versionsRetained += end - start;
      newestRevision = Math.max(newestRevision, ofKey[end - 1]!.modRevision);
    });
    if (from === undefined) break;
    yield { kind: 'pause' };
  }
  return mayKeepUnit({ baseRevision, versionsHeld: unit.versions, versionsRetained, newestRevision });
}

function* chunkAnew(walk: Walk, unit: Unit, chunker: Chunker): Generator<Planned, void, void> {
  let from: ByteString | undefined = unit.firstKey;
  for (;;) {
    const contents: ChunkContent[] = [];
    from = visitSome(walk, from, unit.before, (ofKey, { start, end }) => {
      contents.push(...chunker.add(ofKey.slice(start, end)));
    });
    for (const content of contents) yield { kind: 'new', content };
    if (from === undefined) return;
    yield { kind: 'pause' };
  }
}

interface Walk {
  readonly state: State;
  readonly position: Ground;
  readonly keysPerPause: number;
  /** Until the next pause. */
  keysLeft: number;
}

/** The keys of which something is retained, up to the next pause. Returns where to go on after it; undefined: the end was reached. */
function visitSome(
  walk: Walk,
  from: ByteString,
  before: ByteString | undefined,
  visitor: (versions: readonly Version[], retained: Retained) => void,
): ByteString | undefined {
  let next: ByteString | undefined;
  walk.state.index.visitKeys(from, before, (versions, key) => {
    if (walk.keysLeft === 0) {
      next = key;
      walk.keysLeft = walk.keysPerPause;
      return false;
    }
    walk.keysLeft -= 1;
    const retained = retainedVersions(versions, walk.position);
    if (retained.start < retained.end) visitor(versions, retained);
    return true;
  });
  return next;
}
