import { expect, test } from 'vitest';
import { retentionDefault } from '../../src/core/types/retention.ts';
import type { RunResult, StoreChange } from '../types/result.ts';
import { checkLeftLying } from './check-left-lying.ts';
import { encodeManifest } from '../../src/core/format/manifest.ts';
import { decodeManifest } from './decoder/manifest.ts';
import { craftedScenario, craftedSettings, createCraft, digest } from './testing/craft.ts';

const manifest = decodeManifest(
  encodeManifest(
    {
      databaseId: new Uint8Array(16),
      epoch: 1,
      generation: 1,
      createdWallMs: 0,
      retention: retentionDefault,
      logInflightMax: 4,
      logFloor: 1,
      logCollectedFloor: 1,
      archives: [],
      condemnedSlots: [],
      checkpoints: [],
      condemned: [],
      home: '',
      base: undefined,
      pins: [],
      successor: undefined,
      predecessor: undefined,
      removed: false,
    },
    digest,
  ),
);

function judged(fillBytesPerSecond: number, changes: readonly StoreChange[] = []) {
  const key = 'condemned/of-nothing';
  const settings = { ...craftedSettings, collectIntervalMs: 1_000, collectGraceMs: 1_000, fillBytesPerSecond };
  const result: RunResult = {
    ...createCraft().result(),
    scenario: { ...craftedScenario, topology: { ...craftedScenario.topology, settings } },
    objects: new Map([[key, new Uint8Array(1)]]),
    storeChanges: [{ atMs: 500, key, node: 0, bytes: new Uint8Array(1) }, ...changes],
  };
  const ground = { manifest, reachable: new Set<string>(), namedUntilMs: new Map<string, number>() };
  return checkLeftLying(result, { ...ground, treeBytesMax: 100_000, isAfterFence: () => false });
}

test('what nothing names is not left lying by a leader who collects', () => {
  expect(judged(1_000_000)).toMatchObject({ kind: 'safety', guarantee: 'collection' });
});

test('who is making values local till the end collects nothing', () => {
  expect(judged(1_000)).toBe('not judged');
});

test('who is writing a checkpoint till the end collects nothing', () => {
  const uploads = Array.from({ length: 45_000 }, (_, index): StoreChange => {
    return { atMs: 99_000, key: `chunks/${index}`, node: 0, bytes: new Uint8Array(1) };
  });
  expect(judged(1_000_000, uploads)).toBe('not judged');
});
