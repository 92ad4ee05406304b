import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import { runProgram } from '../../src/cli/program.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { open } from '../../src/index.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { keysOf, tool } from '../tool/filled-store.ts';

let source: ObjectStore;

/** A database with a handful of writes, closed in good order. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 't4-inspect-'));
  const db = await open({ store: `file:${folder}` });
  for (let index = 0; index < 5; index++) await db.put(`key-${index}`, `value-${index}`);
  await db.close();
  source = await openObjectStore(`file:${folder}`);
  return () => source.close();
});

/** The database again, with what `change` makes of each object; undefined leaves it out. */
async function storeWith(change: (key: string, body: Uint8Array) => Uint8Array | undefined): Promise<string> {
  const url = `file:${mkdtempSync(join(tmpdir(), 't4-inspect-'))}`;
  const copy = await openObjectStore(url);
  const listed = await source.list('');
  if (listed.kind !== 'ok') throw new Error('the folder cannot be listed');
  for (const { key } of listed.objects) {
    const found = await source.get(key);
    const body = found.kind === 'ok' ? change(key, found.body) : undefined;
    if (body !== undefined) expect((await copy.put(key, body, { kind: 'none' })).kind).toBe('ok');
  }
  await copy.close();
  return url;
}

async function inspect(...args: readonly string[]) {
  let out = '';
  let error = '';
  const output = { out: (text: string) => (out += text), error: (text: string) => (error += text) };
  const code = await runProgram(['inspect', ...args], {}, output);
  return { code, out, error };
}

function flipped(body: Uint8Array): Uint8Array {
  const copy = new Uint8Array(body);
  copy[copy.length >> 1]! ^= 0x10;
  return copy;
}

const whole = (_key: string, body: Uint8Array): Uint8Array => body;

describe('a store', () => {
  it('is summarised from control, manifest and its listing', async () => {
    const url = await storeWith(whole);
    const { code, out } = await inspect('--store', url);
    expect(code).toBe(0);
    expect(out).toMatch(/^store +file:/m);
    expect(out).toMatch(/^log +slots 1 to \d+$/m);
    expect(out).toMatch(/^problems +none$/m);

    const { out: text } = await inspect('--store', url, '--json');
    expect(JSON.parse(text)).toMatchObject({
      store: url,
      control: { epoch: 1, released: true },
      manifest: { logFloor: 1 },
      log: { first: 1, missing: [] },
      objects: { control: { count: 1 }, manifest: { count: 1 } },
      problems: [],
    });
  });

  it.each(['control', 'manifest'])('with a damaged %s names it, shows the rest, and is a failure', async (damaged) => {
    const url = await storeWith((key, body) => (key === damaged ? flipped(body) : body));
    const { code, out } = await inspect('--store', url);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^PROBLEM +${damaged}: checksum does not match`, 'm'));
    expect(out).toMatch(/^log +slots 1 to/m);
  });

  it.each(['control', 'manifest'])('without its %s says so', async (missing) => {
    const { code, out } = await inspect(
      '--store',
      await storeWith((key, body) => (key === missing ? undefined : body)),
    );
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^PROBLEM +${missing} is missing$`, 'm'));
  });

  it('with a hole in the log below what is durable names the slot', async () => {
    const url = await storeWith((key, body) => (key === slotKey(3) ? undefined : body));
    const { code, out } = await inspect('--store', url, '--json');
    expect(code).toBe(1);
    const { log, problems } = JSON.parse(out) as { log: { missing: number[] }; problems: string[] };
    expect(log.missing).toEqual([3]);
    expect(problems).toEqual([expect.stringMatching(/^slot 3 of the log is missing/)]);
  });

  it('with objects that are none of ours names them', async () => {
    const url = await storeWith(whole);
    const store = await openObjectStore(url);
    await store.put('backup/notes.txt', new Uint8Array([1]), { kind: 'none' });
    await store.close();
    expect((await inspect('--store', url)).out).toContain('1 objects that are none of ours, 1 B: backup/notes.txt');
  });

  it('that does not exist is a failure, and is not made', async () => {
    const url = 'file:/nonexistent/t4-store';
    expect(await inspect('--store', url)).toEqual({
      code: 1,
      out: '',
      error: 't4: there is no folder /nonexistent/t4-store\n',
    });
  });
});

describe('an object of a store', () => {
  it.each(['control', 'manifest', slotKey(1), slotKey(2)])('%s is decoded', async (key) => {
    const { code, out } = await inspect('--store', await storeWith(whole), key, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ key, fields: expect.anything() as unknown });
  });

  it.each(['control', 'manifest', slotKey(2)])('%s, damaged, is a failure that says where', async (key) => {
    for (const damage of [flipped, (body: Uint8Array) => body.slice(0, -3), () => new Uint8Array()]) {
      const url = await storeWith((name, body) => (name === key ? damage(body) : body));
      const { code, out } = await inspect('--store', url, key);
      expect(code).toBe(1);
      expect(out).toMatch(new RegExp(`^DAMAGED ${key}: .* at byte \\d+: expected .*, found `, 'm'));
    }
  });

  it("swapped with another slot's is a failure", async () => {
    const other = await source.get(slotKey(3));
    if (other.kind !== 'ok') throw new Error('slot 3 is missing');
    const url = await storeWith((key, body) => (key === slotKey(2) ? other.body : body));
    const { code, out } = await inspect('--store', url, slotKey(2));
    expect(code).toBe(1);
    expect(out).toContain('another object under this name');
    expect(out).toContain('expected slot 2, found slot 3');
  });

  it('that does not exist is a failure', async () => {
    const { code, error } = await inspect('--store', await storeWith(whole), slotKey(999));
    expect(code).toBe(1);
    expect(error).toContain(`has no object ${slotKey(999)}`);
  });
});

describe('a file', () => {
  it('is decoded, and held against its name', async () => {
    const found = await source.get('manifest');
    if (found.kind !== 'ok') throw new Error('the manifest is missing');
    const folder = mkdtempSync(join(tmpdir(), 't4-inspect-'));
    writeFileSync(join(folder, 'manifest'), found.body);
    expect(await inspect(join(folder, 'manifest'))).toMatchObject({ code: 0, error: '' });
    writeFileSync(join(folder, 'control'), found.body);
    const wrong = await inspect(join(folder, 'control'));
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain('DAMAGED control: not the kind of object that belongs here');
  });

  it('that is none of ours is a failure', async () => {
    const { code, out } = await inspect(new URL('../../package.json', import.meta.url).pathname);
    expect(code).toBe(1);
    expect(out).toContain('not the kind of object that belongs here');
  });
});

describe('archives', () => {
  let url: string;
  let key: string;

  /** Old slots are in one archive; their own objects are gone, but for the fence and those after it. */
  beforeAll(async () => {
    url = `file:${mkdtempSync(join(tmpdir(), 't4-inspect-'))}`;
    const db = await open({ store: url });
    for (let index = 0; index < 45; index++) {
      await db.put(`key-${index}`, `value-${index}`);
      if (index % 15 === 14) await db.checkpoint();
    }
    await db.close();
    const store = await openObjectStore(url);
    for (let round = 0; round < 2; round++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await tool(store, (core) => {
        const configuration = { ...core.configuration, archiveSegments: 5 };
        const settings = { retention: { kind: 'for-ever' }, youngMs: 0, graceMs: 0, dryRun: false } as const;
        return collectOnce({ ...core, configuration }, settings);
      });
    }
    [key = ''] = await keysOf(store, 'archives/');
    await store.close();
  });

  it('are in the summary, and the slots in them are not missing', async () => {
    const { code, out } = await inspect('--store', url);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^archive +/${key} \\(slots 1 to \\d+, `, 'm'));
    expect(out).toMatch(/^problems +none$/m);
  });

  it('are decoded segment by segment', async () => {
    const { code, out } = await inspect('--store', url, key, '--json');
    expect(code).toBe(0);
    const { kind, fields } = JSON.parse(out) as { kind: string; fields: { lastSlot: number; segments: unknown[] } };
    expect(kind).toBe('archive');
    expect(fields.lastSlot).toBeGreaterThan(25);
    expect(fields.segments).toHaveLength(fields.lastSlot);
    expect(fields.segments[0]).toMatchObject({ kind: 'fence', slot: 1 });
    expect((await inspect('--store', url, key)).out).toMatch(new RegExp(`^ +slots +1 to ${fields.lastSlot}$`, 'm'));
  });

  it('that are gone or damaged are failures with a name', async () => {
    const store = await openObjectStore(url);
    const found = await store.get(key);
    if (found.kind !== 'ok') throw new Error('the archive is missing');
    await store.put(key, flipped(found.body), { kind: 'none' });
    const damaged = await inspect('--store', url, key);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toMatch(new RegExp(`^DAMAGED ${key}: `, 'm'));
    await store.deleteMany([key]);
    await store.close();
    const { code, out } = await inspect('--store', url);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^PROBLEM +/?${key} `, 'm'));
  });
});
