import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pagesOf } from '../../src/core/checkpoint/content-defined-pages.ts';
import { planCheckpoint, type PlanBase } from '../../src/core/checkpoint/plan-checkpoint.ts';
import { retainedVersions } from '../../src/core/checkpoint/retained-versions.ts';
import { scrub, settleCompaction } from '../../src/core/compact/scrub.ts';
import { applyRecord } from '../../src/core/state/apply-record.ts';
import { createState, type State } from '../../src/core/state/state.ts';
import type { ChunkReference } from '../../src/core/types/log.ts';
import type { LogRecord } from '../../src/core/types/record.ts';
import type { Version } from '../../src/core/types/version.ts';

/**
 * Checkpoints one after the other, each on the one before it, by nodes whose scrubs have come differently far: what each holds is what
 * the whole log retains at its position, which is kept beside them in a state that is never scrubbed.
 */
type Step =
  | { readonly kind: 'put'; readonly key: number; readonly bytes: number }
  | { readonly kind: 'put-range'; readonly from: number; readonly count: number }
  | { readonly kind: 'delete'; readonly key: number }
  | { readonly kind: 'delete-range'; readonly from: number; readonly count: number }
  | { readonly kind: 'compact'; readonly back: number }
  | { readonly kind: 'scrub'; readonly node: number; readonly versionsMax: number }
  | { readonly kind: 'lose'; readonly chunk: number }
  | { readonly kind: 'checkpoint'; readonly node: number; readonly keysPerPause: number };

const keys = 200;
const key = fc.integer({ min: 0, max: keys - 1 });
const node = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('put'), key, bytes: fc.constantFrom(0, 10, 60, 60, 500, 3_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('put-range'), from: key, count: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete-range'), from: key, count: fc.integer({ min: 1, max: 80 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact'), back: fc.integer({ min: 0, max: 5 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('scrub'), node, versionsMax: fc.constantFrom(1, 7, 30, 1_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), chunk: fc.nat({ max: 50 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('checkpoint'), node, keysPerPause: fc.constantFrom(1, 13, 10_000) }),
  },
);

interface World {
  readonly nodes: readonly State[];
  /** Never scrubbed. */
  readonly whole: State;
  readonly chunks: Map<string, readonly Version[]>;
  readonly unusable: Set<string>;
  base: PlanBase | undefined;
}

function newWorld(): World {
  return {
    nodes: [createState(), createState()],
    whole: createState(),
    chunks: new Map(),
    unusable: new Set(),
    base: undefined,
  };
}

function nameOf(index: number): string {
  return `key/${String(index).padStart(3, '0')}`;
}

function write(world: World, record: LogRecord): void {
  for (const state of [...world.nodes, world.whole]) applyRecord(state, record);
}

function putOf(world: World, index: number, bytes: number): LogRecord {
  const { whole } = world;
  const before = whole.index.latest(nameOf(index));
  const revision = whole.revision + 1;
  const [createRevision, version] = [before?.createRevision ?? revision, (before?.version ?? 0) + 1];
  const value = new Uint8Array(bytes);
  const operation = { kind: 'put', key: nameOf(index), value, lease: 0n, createRevision, version } as const;
  return { kind: 'write', revision, operations: [operation] };
}

function remove(world: World, names: readonly string[]): void {
  const there = names.filter((name) => world.whole.index.latest(name) !== undefined);
  if (there.length === 0) return;
  const operations = there.map((name) => ({ kind: 'delete', key: name }) as const);
  write(world, { kind: 'write', revision: world.whole.revision + 1, operations });
}

function namesFrom(from: number, count: number): readonly string[] {
  return Array.from({ length: Math.min(count, keys - from) }, (_, index) => nameOf(from + index));
}

function run(world: World, each: Step): void {
  switch (each.kind) {
    case 'put':
      write(world, putOf(world, each.key, each.bytes));
      return;
    case 'put-range':
      for (let index = each.from; index < Math.min(keys, each.from + each.count); index++) {
        write(world, putOf(world, index, 40));
      }
      return;
    case 'delete':
      remove(world, [nameOf(each.key)]);
      return;
    case 'delete-range':
      remove(world, namesFrom(each.from, each.count));
      return;
    case 'compact': {
      const revision = Math.max(world.whole.compactRevision, world.whole.revision - each.back);
      write(world, { kind: 'compact', revision });
      for (const state of world.nodes) settleCompaction(state, revision);
      return;
    }
    case 'scrub':
      scrub(world.nodes[each.node]!, each.versionsMax);
      return;
    case 'lose': {
      const reference = world.base?.references[each.chunk];
      if (reference !== undefined) world.unusable.add(reference.key);
      return;
    }
    case 'checkpoint':
      checkpoint(world, world.nodes[each.node]!, each.keysPerPause);
  }
}

interface Outcome {
  readonly written: number;
  readonly kept: number;
}

/** `meanwhile`: writes go on while it is planned. */
function checkpoint(world: World, state: State, keysPerPause: number, meanwhile = true): Outcome {
  const { revision, compactRevision } = world.whole;
  const references: ChunkReference[] = [];
  const due = retained(world.whole);
  let written = 0;
  let pauses = 0;
  const rules = { chunkBytesTarget: 1_024, keysPerPause, unusable: world.unusable };
  for (const planned of planCheckpoint(state, { revision, compactRevision }, world.base, rules)) {
    if (planned.kind === 'kept') references.push(...planned.references);
    if (meanwhile && planned.kind === 'pause' && pauses++ % 20 === 0)
      write(world, putOf(world, (pauses * 37) % keys, 5));
    if (planned.kind !== 'new') continue;
    const { versions, continues } = planned.content;
    const name = `/chunks/${world.chunks.size}`;
    world.chunks.set(name, versions);
    written += 1;
    references.push({ ...bare, key: name, firstKey: versions[0]!.key, continues, versions: versions.length });
  }
  expect(pagesOf(references).flat()).toEqual(references);
  expect(references.filter(({ key: name }) => world.unusable.has(name))).toEqual([]);
  const held = references.flatMap(({ key: name }) => world.chunks.get(name)!);
  expect(held.map(named)).toEqual(due);
  world.base = { revision, references };
  return { written, kept: references.length - written };
}

const bare = { hash: new Uint8Array(32), bytes: 9, keysBytes: 3 };

function retained(state: State): readonly string[] {
  const all: string[] = [];
  state.index.visitKeys('', undefined, (versions) => {
    const { start, end } = retainedVersions(versions, state);
    all.push(...versions.slice(start, end).map(named));
    return true;
  });
  return all;
}

function named({ key: name, modRevision, sub, version, valueBytes }: Version): string {
  return `${name}@${modRevision}/${sub} ${version} ${valueBytes}`;
}

test('each checkpoint holds exactly what its position retains', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), (steps) => {
      const world = newWorld();
      run(world, { kind: 'put-range', from: 0, count: keys / 2 });
      for (const each of steps) run(world, each);
      checkpoint(world, world.nodes[0]!, 1_000, false);
      expect(checkpoint(world, world.nodes[0]!, 1_000, false).written).toBe(0);
    }),
    { numRuns: 300 },
  );
});

/** 2,000 keys, some 150 chunks. */
function filled(): World {
  const world = newWorld();
  for (let index = 0; index < 2_000; index++) write(world, putOf(world, index * 7, 60));
  checkpoint(world, world.nodes[0]!, 500, false);
  return world;
}

test('what is written is bounded by what changed', () => {
  const world = filled();
  const { length } = world.base!.references;
  expect(length).toBeGreaterThan(100);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1_999 }), { maxLength: 20 }), (changed) => {
      for (const index of changed) write(world, putOf(world, index * 7, 60));
      // What is replaced is compacted away, so that the chunks stay as long as they were.
      run(world, { kind: 'compact', back: 0 });
      const { written, kept } = checkpoint(world, world.nodes[0]!, 500, false);
      // A changed key's own chunk, and where a border moved those up to the next that holds.
      expect(written).toBeLessThanOrEqual(3 * changed.length);
      expect(kept).toBeGreaterThanOrEqual(length - 4 * changed.length - 2);
    }),
    { numRuns: 30 },
  );
});

test('a key that was deleted and compacted away on a node that is behind with another scrub does not come back', () => {
  // The first node has scrubbed what the second has not: in a unit, one version more and one less come to the same number.
  const world = newWorld();
  const [first, second] = world.nodes as [State, State];
  write(world, putOf(world, 1, 10));
  write(world, putOf(world, 2, 10));
  write(world, putOf(world, 2, 10));
  run(world, { kind: 'compact', back: 0 });
  scrub(first, 1_000);
  checkpoint(world, first, 10);
  expect(world.base!.references.map(({ versions }) => versions)).toEqual([2]);
  remove(world, [nameOf(1)]);
  write(world, putOf(world, 150, 3_000));
  run(world, { kind: 'compact', back: 0 });
  scrub(second, 1);
  checkpoint(world, second, 10);
});
