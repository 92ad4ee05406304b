import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Disk, DiskDurability } from '../../src/ports/disk.ts';

/** What every `Disk` must do. `open` gives an empty disk each time. */
export function diskContract(name: string, open: () => Promise<Disk>): void {
  describe(`disk contract: ${name}`, () => {
    let disk: Disk;

    beforeEach(async () => {
      disk = await open();
    });
    afterEach(async () => {
      await disk.close();
    });

    test('appends follow one another, with either durability', async () => {
      await append('log', 'one ');
      await append('log', 'two ', 'fsync');
      await append('log', 'three');
      expect(await contentOf('log')).toBe('one two three');
    });

    test('every byte is kept, and an empty append makes the file', async () => {
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await disk.append('bytes', everyByte, { durability: 'fsync' });
      expect(await disk.read('bytes')).toEqual(everyByte);
      await disk.append('empty', new Uint8Array(0), { durability: 'fsync' });
      expect(await disk.read('empty')).toEqual(new Uint8Array(0));
    });

    test('reading a missing file is undefined', async () => {
      expect(await disk.read('missing')).toBeUndefined();
    });

    test('appends under way at once are applied in call order', async () => {
      const turns = Array.from({ length: 500 }, (_, turn) => turn);
      await Promise.all(turns.map((turn) => append('log', `${turn};`, turn % 50 === 0 ? 'fsync' : 'none')));
      expect(await contentOf('log')).toBe(turns.map((turn) => `${turn};`).join(''));
    });

    test('more files than are kept open, all appended to at once and again', async () => {
      const names = Array.from({ length: 60 }, (_, position) => `file-${String(position).padStart(2, '0')}`);
      for (const turn of ['1', '2', '3']) await Promise.all(names.map((file) => append(file, turn)));
      for (const file of names) await append(file, '4');
      expect(await Promise.all(names.map(contentOf))).toEqual(names.map(() => '1234'));
      expect(await disk.list()).toEqual(names);
    });

    test('list is in byte order', async () => {
      for (const file of ['b', 'a.2', 'a-1', 'a', '0', 'a.10', 'aa']) await append(file, 'x');
      expect(await disk.list()).toEqual(['0', 'a', 'a-1', 'a.10', 'a.2', 'aa', 'b']);
    });

    test('a removed file is gone; removing a missing one succeeds; its name can be used again', async () => {
      await append('log', 'old');
      await disk.remove('log', { durability: 'fsync' });
      await disk.remove('log', { durability: 'none' });
      expect(await disk.read('log')).toBeUndefined();
      expect(await disk.list()).toEqual([]);
      await append('log', 'new', 'fsync');
      expect(await contentOf('log')).toBe('new');
    });

    test('remove takes its turn among appends', async () => {
      await Promise.all([append('log', '1'), disk.remove('log', { durability: 'none' }), append('log', '2')]);
      expect(await contentOf('log')).toBe('2');
    });

    test('setAside takes the file away under a name of its own each time, and the name can be used again', async () => {
      await append('log', 'first');
      const first = await disk.setAside('log');
      expect(first).toMatch(/aside.*log/);
      expect(await disk.list()).toEqual([]);
      expect(await disk.read('log')).toBeUndefined();
      await append('log', 'second', 'fsync');
      const second = await disk.setAside('log');
      expect(second).not.toBe(first);
      await append('log', 'third');
      expect(await contentOf('log')).toBe('third');
      expect(await disk.list()).toEqual(['log']);
    });

    test('setting a missing file aside is refused', async () => {
      await expect(disk.setAside('missing')).rejects.toThrow(/missing/);
    });

    test.each([
      '',
      '.',
      '..',
      '../up',
      'a/b',
      'a\\b',
      'UPPER',
      '.hidden',
      '-dash',
      'nul\0',
      'é',
      'aside',
      'x'.repeat(201),
    ])('the name %j is refused', async (file) => {
      await expect(append(file, 'x')).rejects.toThrow(TypeError);
      await expect(disk.read(file)).rejects.toThrow(TypeError);
      await expect(disk.remove(file, { durability: 'none' })).rejects.toThrow(TypeError);
      await expect(disk.setAside(file)).rejects.toThrow(TypeError);
    });

    test('what the caller does to bytes he was given changes nothing on the disk', async () => {
      await append('log', 'one');
      (await disk.read('log'))?.fill(0);
      expect(await contentOf('log')).toBe('one');
    });

    test('after close every call is refused', async () => {
      await append('log', 'one');
      await disk.close();
      await expect(append('log', 'two')).rejects.toThrow(/closed/);
      await expect(disk.read('log')).rejects.toThrow(/closed/);
      await expect(disk.list()).rejects.toThrow(/closed/);
      await expect(disk.remove('log', { durability: 'none' })).rejects.toThrow(/closed/);
      await expect(disk.setAside('log')).rejects.toThrow(/closed/);
    });

    function append(file: string, characters: string, durability: DiskDurability = 'none'): Promise<void> {
      return disk.append(file, new TextEncoder().encode(characters), { durability });
    }

    async function contentOf(file: string): Promise<string | undefined> {
      const content = await disk.read(file);
      return content && new TextDecoder().decode(content);
    }
  });
}
