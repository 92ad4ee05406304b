import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrub, settleCompaction } from '../../src/core/compact/scrub.ts';
import { castagnoli } from '../../src/core/hash/castagnoli.ts';
import { hashVersion } from '../../src/core/hash/hashed-version.ts';
import { hashedVersions, type HashedState } from '../../src/core/hash/hashed-versions.ts';
import { applyRecord } from '../../src/core/state/apply-record.ts';
import { finishLoading, loadVersion } from '../../src/core/state/load.ts';
import { createState, type State } from '../../src/core/state/state.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import { bytes, versionsIn } from './state-requests.ts';

/**
 * The hash is one of the log up to a revision, and of a compaction: nodes whose scrubs have come differently far, one that was loaded from
 * what another holds, and etcd's definition taken literally on all that was ever written, come to the same.
 */
type Step =
  | { readonly kind: 'put' | 'delete'; readonly key: number }
  | { readonly kind: 'compact'; readonly back: number }
  | { readonly kind: 'scrub'; readonly versionsMax: number };

const key = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact'), back: fc.nat({ max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scrub'), versionsMax: fc.constantFrom(1, 3, 100) }) },
);

interface World {
  /** Scrubbed now and then, and never. */
  readonly states: readonly [State, State];
  readonly written: Version[];
}

function play({ states, written }: World, current: Step): void {
  const [scrubbed, whole] = states;
  const revision = whole.revision + 1;
  switch (current.kind) {
    case 'scrub':
      scrub(scrubbed, current.versionsMax);
      return;
    case 'compact': {
      const compacted = Math.max(whole.compactRevision, whole.revision - current.back);
      for (const state of states) {
        applyRecord(state, { kind: 'compact', revision: compacted });
        settleCompaction(state, compacted);
      }
      return;
    }
    default: {
      const name = `key-${current.key}`;
      const before = whole.index.latest(name);
      if (current.kind === 'delete' && before === undefined) return;
      const put = { value: bytes(`${revision}`), lease: 0n, createRevision: before?.createRevision ?? revision };
      const operation =
        current.kind === 'delete'
          ? ({ kind: 'delete', key: name } as const)
          : ({ kind: 'put', key: name, ...put, version: (before?.version ?? 0) + 1 } as const);
      for (const state of states) {
        const made = applyRecord(state, { kind: 'write', revision, operations: [operation] });
        if (state === whole) written.push(...made);
      }
    }
  }
}

/** By the book: `mvcc/hash.go` and `Keep`, over everything that etcd's compaction leaves. */
function expected(written: readonly Version[], { revision, compactRevision }: HashedState): number {
  const existingAt = (at: number) => {
    const newest = new Map<string, Version>();
    for (const version of written) if (version.modRevision <= at) newest.set(version.key, version);
    return new Set([...newest.values()].filter((version) => !isTombstone(version)));
  };
  const keep = existingAt(revision);
  const left = existingAt(compactRevision);
  let hash = castagnoli(bytes('key'));
  for (const version of written) {
    if (version.modRevision > revision) continue;
    const isCompacted = version.modRevision <= compactRevision;
    if (isCompacted && !(keep.size > 0 ? keep.has(version) : left.has(version))) continue;
    hash = hashVersion(hash, version, version.value!);
  }
  return hash;
}

function reloaded(state: State): State {
  const loaded = createState();
  for (const version of versionsIn(state)) loadVersion(loaded, { ...version });
  finishLoading(loaded, state.revision, state.settledCompactRevision);
  return loaded;
}

/** `meanwhile` is called at each point where others may go first. */
function hashOf(state: State, hashed: HashedState, meanwhile: () => void = () => undefined): number {
  let hash = castagnoli(bytes('key'));
  for (const piece of hashedVersions(state, hashed)) {
    if (piece.kind === 'versions')
      for (const version of piece.versions) hash = hashVersion(hash, version, version.value!);
    meanwhile();
  }
  return hash;
}

test('every node that knows the log comes to the same hash, and etcd would', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.nat(),
      fc.nat(),
      fc.array(step, { maxLength: 20 }),
      (steps, pick, compactPick, later) => {
        const world: World = { states: [createState(), createState()], written: [] };
        for (const each of steps) play(world, each);
        const [scrubbed, whole] = world.states;
        const from = Math.max(1, whole.settledCompactRevision);
        const revision = from + (pick % (whole.revision - from + 1));
        // A compaction that comes later, too: it is told from what is there.
        const compacted = whole.settledCompactRevision + (compactPick % (revision - whole.settledCompactRevision + 1));
        for (const compactRevision of [whole.settledCompactRevision, compacted]) {
          const hashed = { revision, compactRevision };
          const hash = expected(world.written, hashed);
          expect(hashOf(whole, hashed)).toBe(hash);
          expect(hashOf(scrubbed, hashed)).toBe(hash);
          expect(hashOf(reloaded(scrubbed), hashed)).toBe(hash);
        }
        // Writes and compactions meanwhile change nothing.
        const hashed = { revision, compactRevision: whole.settledCompactRevision };
        const hash = expected(world.written, hashed);
        const rest = later.filter(({ kind }) => kind !== 'scrub');
        expect(hashOf(scrubbed, hashed, () => rest.splice(0, 3).forEach((each) => play(world, each)))).toBe(hash);
      },
    ),
    { numRuns: 300 },
  );
});

test('many versions are put in order a piece at a time', () => {
  const world: World = { states: [createState(), createState()], written: [] };
  for (let index = 0; index < 20_000; index++) play(world, { kind: 'put', key: (index * 7_919) % 15_013 });
  play(world, { kind: 'compact', back: 0 });
  const [scrubbed] = world.states;
  const hashed = { revision: scrubbed.revision, compactRevision: scrubbed.revision };
  let pauses = 0;
  expect(hashOf(scrubbed, hashed, () => (pauses += 1))).toBe(expected(world.written, hashed));
  expect(pauses).toBeGreaterThan(30);
});
