import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArchiveReference, CheckpointReference } from '../types/log.ts';
import { mayNameArchive } from './may-name-archive.ts';
import { freshSlots, mergedArchives } from './plan-archive.ts';

const hash = new Uint8Array(32);

function archiveAt(firstSlot: number, lastSlot: number, contentBytes = 1): ArchiveReference {
  return {
    key: `/archives/${firstSlot}-${lastSlot}`,
    hash,
    bytes: 9,
    indexBytes: 1,
    firstSlot,
    lastSlot,
    contentBytes,
  };
}

function checkpointAt(slot: number): CheckpointReference {
  const told = { slot, sequence: slot, revision: slot, epoch: 1, wallMs: slot, treeBytes: 1, historyBytes: 1 };
  return { key: `/checkpoints/${slot}`, hash, bytes: 1, ...told };
}

describe('slots that may be archived', () => {
  const checkpoints = [10, 20, 30].map(checkpointAt);

  test('go from the first that is needed in its object to the newest checkpoint but one', () => {
    expect(freshSlots({ archives: [], logFloor: 11, checkpoints }, 1)).toEqual({ firstSlot: 11, lastSlot: 20 });
    const archives = [archiveAt(11, 15)];
    expect(freshSlots({ archives, logFloor: 11, checkpoints }, 5)).toEqual({ firstSlot: 16, lastSlot: 20 });
  });

  test('are none where there are too few, where nothing is settled, and where it is switched off', () => {
    expect(freshSlots({ archives: [archiveAt(11, 15)], logFloor: 11, checkpoints }, 6)).toBe(undefined);
    expect(freshSlots({ archives: [], logFloor: 1, checkpoints: [checkpointAt(30)] }, 1)).toBe(undefined);
    expect(freshSlots({ archives: [], logFloor: 11, checkpoints }, 0)).toBe(undefined);
  });
});

test('archives stay few, and no byte is written often', () => {
  const rounds = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(rounds, (freshBytes) => {
      const target = 1_000;
      let archives: ArchiveReference[] = [];
      let total = 0;
      let written = 0;
      for (const bytes of freshBytes) {
        const merged = mergedArchives(archives, bytes, target);
        const contentBytes = merged.reduce((sum, archive) => sum + archive.contentBytes, bytes);
        archives = [...archives.slice(0, archives.length - merged.length), archiveAt(1, 1, contentBytes)];
        total += bytes;
        written += contentBytes;
        expect(contentBytes).toBeLessThanOrEqual(target);
        expect(archives.length).toBeLessThanOrEqual(2 * Math.ceil(total / target) + Math.log2(target) + 1);
      }
      expect(written).toBeLessThanOrEqual(total * (Math.log2(target) + 1));
    }),
  );
});

describe('an archive may be named', () => {
  const archives = [archiveAt(5, 10), archiveAt(11, 20), archiveAt(21, 25)];
  const archive = archiveAt(11, 30);
  const merged = archives.slice(1);
  const named = { archives, logFloor: 7 };

  test('where it goes on from the one before, in the place of those that are still named', () => {
    expect(mayNameArchive(named, { archive, merged, condemned: [] })).toBe(true);
    expect(mayNameArchive({ archives: [], logFloor: 12 }, { archive, merged: [], condemned: [] })).toBe(true);
  });

  test.each([
    ['it is condemned', named, { archive, merged, condemned: [archive.key] }],
    [
      'another was named meanwhile',
      { ...named, archives: [...archives, archiveAt(26, 30)] },
      { archive, merged, condemned: [] },
    ],
    [
      'one that it takes the place of is gone',
      { ...named, archives: archives.slice(0, 2) },
      { archive, merged, condemned: [] },
    ],
    ['it leaves out slots', named, { archive: archiveAt(27, 30), merged: [], condemned: [] }],
    ['it holds nothing new', named, { archive: archiveAt(11, 24), merged, condemned: [] }],
    ['all of it is given up', { archives: [], logFloor: 31 }, { archive, merged: [], condemned: [] }],
    ['it begins above the floor', { archives: [], logFloor: 10 }, { archive, merged: [], condemned: [] }],
  ] as const)('not where %s', (_, manifest, naming) => {
    expect(mayNameArchive(manifest, naming)).toBe(false);
  });
});
