import { describe, expect, test } from 'vitest';
import { drawOf } from '../world/random.ts';
import { createSimulatedDisk, type PowerLoss } from './disk.ts';
import { createSimulatedLocalStore } from './local-store.ts';

const lost: PowerLoss = { kind: 'lost', choose: () => 0 };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(content: Uint8Array | undefined): string | undefined {
  return content && new TextDecoder().decode(content);
}

describe('a disk that loses power', () => {
  test('keeps what was synced, and nothing else', () => {
    const disk = createSimulatedDisk();
    disk.append('log', bytes('safe'), 'fsync');
    disk.append('log', bytes(' gone'), 'none');
    disk.append('other', bytes('gone'), 'none');
    disk.losePower(lost);
    expect(text(disk.read('log'))).toBe('safe');
    expect(disk.list()).toEqual(['log']);
    expect(disk.unsynced()).toBe(0);
  });

  test('a later sync makes safe what was written before it', () => {
    const disk = createSimulatedDisk();
    disk.append('log', bytes('one '), 'none');
    disk.append('log', bytes('two'), 'fsync');
    disk.losePower(lost);
    expect(text(disk.read('log'))).toBe('one two');
  });

  test('tears at any byte, and never into what is safe', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = createSimulatedDisk();
      disk.append('log', bytes('safe'), 'fsync');
      disk.append('log', bytes('1234'), 'none');
      disk.losePower({ kind: 'torn', choose: drawOf(seed, 'torn').below });
      seen.add(text(disk.read('log'))!);
    }
    expect([...seen].sort()).toEqual(['safe', 'safe1', 'safe12', 'safe123', 'safe1234']);
  });

  test('written out of order: later blocks without earlier ones, zeros between', () => {
    const holes = Array.from({ length: 50 }, (_, seed) => {
      const disk = createSimulatedDisk();
      disk.append('log', bytes('safe'), 'fsync');
      disk.append('log', new Uint8Array(3_000).fill(7), 'none');
      disk.losePower({ kind: 'reordered', choose: drawOf(seed, 'reordered').below });
      const content = disk.read('log')!;
      expect(text(content.slice(0, 4))).toBe('safe');
      return content.slice(4).indexOf(0) >= 0 && content.at(-1) === 7;
    });
    expect(holes).toContain(true);
  });

  test('a sync that lied is found out by the loss of power alone, and made good by a later one', () => {
    for (const [later, left] of [
      [false, undefined],
      [true, 'lied true'],
    ] as const) {
      const disk = createSimulatedDisk();
      disk.appendLied('log', bytes('lied '));
      expect(text(disk.read('log'))).toBe('lied ');
      if (later) disk.append('log', bytes('true'), 'fsync');
      disk.losePower(lost);
      expect(text(disk.read('log'))).toBe(left);
    }
  });

  test('after a failed sync the bytes can be read, and are never safe, whatever is synced later', () => {
    const disk = createSimulatedDisk();
    disk.append('log', bytes('safe'), 'fsync');
    disk.appendSyncFailed('log', bytes('lost'));
    disk.append('log', bytes('more'), 'fsync');
    expect(text(disk.read('log'))).toBe('safelostmore');
    disk.losePower(lost);
    expect(text(disk.read('log'))).toBe('safe\0\0\0\0more');
  });

  test('a removal that was not synced may come back; one that was does not', () => {
    const disk = createSimulatedDisk();
    for (const file of ['a', 'b']) disk.append(file, bytes(file), 'fsync');
    disk.remove('a', 'none');
    disk.remove('b', 'fsync');
    disk.losePower(lost);
    expect(disk.list()).toEqual(['a']);
  });

  test('a copy is what it was, whatever comes after', () => {
    const disk = createSimulatedDisk();
    disk.append('log', bytes('old'), 'fsync');
    const copy = disk.copy();
    disk.append('log', bytes(' new'), 'fsync');
    expect(text(copy.read('log'))).toBe('old');
  });

  test('rot flips one bit', () => {
    const disk = createSimulatedDisk();
    expect(disk.rot(() => 0)).toBe(false);
    disk.append('log', bytes('abc'), 'fsync');
    expect(disk.rot((count) => count - 1)).toBe(true);
    expect([...disk.read('log')!]).toEqual([0x61, 0x62, 0x63 ^ 0x80]);
  });
});

describe('a local store that loses power', () => {
  const key = bytes('k');

  function stored(batches: number, durability: 'fsync' | 'none', lostBatches: number): string | undefined {
    const store = createSimulatedLocalStore();
    for (let batch = 1; batch <= batches; batch++) {
      store.write([{ kind: 'put', key, value: bytes(String(batch)) }], batch === 1 ? 'fsync' : durability);
    }
    store.losePower(lostBatches);
    return text(store.getMany([key])[0]);
  }

  test('loses whole batches, the newest first, never past a sync', () => {
    expect(stored(5, 'none', 0)).toBe('5');
    expect(stored(5, 'none', 2)).toBe('3');
    expect(stored(5, 'none', 100)).toBe('1');
    expect(stored(5, 'fsync', 100)).toBe('5');
  });

  test('takes a batch back as a whole: deletions too', () => {
    const store = createSimulatedLocalStore();
    store.write([{ kind: 'put', key, value: bytes('kept') }], 'fsync');
    store.write(
      [
        { kind: 'delete', key },
        { kind: 'put', key: bytes('new'), value: key },
        { kind: 'put', key: bytes('new'), value: bytes('twice') },
      ],
      'none',
    );
    expect(store.unsynced()).toBe(1);
    store.losePower(1);
    expect(store.scan(bytes('a'), bytes('z'), 10).map((entry) => [text(entry.key), text(entry.value)])).toEqual([
      ['k', 'kept'],
    ]);
  });
});
