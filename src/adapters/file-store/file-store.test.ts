/** What killed, slow and meddling processes leave or do, set up state by state. */
import { mkdir, mkdtemp, readdir, rm, rmdir, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../ports/object-store.ts';
import { openFileStore } from './file-store.ts';
import { bodiesFolder, bodyName, freshEtag, newFolder, objectFolder, trashFolder } from './layout.ts';
import { publishAbsent, publishMatch, type Publisher } from './publish.ts';
import { leftoverAgeMsMin, sweepLeftovers } from './sweep.ts';

const absent = { kind: 'absent' } as const;
const one = new Uint8Array([1]);
const two = new Uint8Array([2]);

let root: string;
let store: ObjectStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 't4-file-store-'));
  store = await openFileStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function putAbsent(key: string, body = one): Promise<string> {
  const outcome = await store.put(key, body, absent);
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.etag;
}

/** A writer whose work is interrupted by `meanwhile` after it has looked and before it publishes. */
function interrupted(meanwhile: () => Promise<unknown>): Publisher {
  return {
    root,
    makeParents: async (path) => {
      await mkdir(dirname(path), { recursive: true });
      await meanwhile();
    },
  };
}

describe('a writer that is overtaken', () => {
  test('absent: another creates the object first', async () => {
    const slow = interrupted(() => putAbsent('a/key', two));
    expect(await publishAbsent(slow, 'a/key', one)).toEqual({ kind: 'condition-failed' });
    expect(await store.get('a/key')).toMatchObject({ kind: 'ok', body: two });
    expect(await readdir(join(root, newFolder))).toEqual([]);
  });

  test('match: another swaps first, and the body that lost is swept', async () => {
    const etag = await putAbsent('key');
    const slow = interrupted(() => store.put('key', two, { kind: 'match', etag }));
    expect(await publishMatch(slow, 'key', etag, one)).toEqual({ kind: 'condition-failed' });
    expect(await store.get('key')).toMatchObject({ kind: 'ok', body: two });
    expect(await readdir(bodiesFolder({ root }, 'key'))).toHaveLength(1);
  });

  test('match: the object is deleted, and made again with the same bytes', async () => {
    const etag = await putAbsent('key');
    const slow = interrupted(async () => {
      await store.deleteMany(['key']);
      await putAbsent('key');
    });
    expect(await publishMatch(slow, 'key', etag, two)).toEqual({ kind: 'condition-failed' });
    expect(await store.get('key')).toMatchObject({ kind: 'ok', body: one });
  });

  test('match: a slow delete takes the empty folder of bodies away; the swap still holds', async () => {
    for (let index = 0; index < 40; index += 1) {
      const etag = await putAbsent(`key-${index}`);
      let swapping = true;
      const meddling = (async () => {
        while (swapping) await rmdir(bodiesFolder({ root }, `key-${index}`)).catch(() => {});
      })();
      const outcome = await store.put(`key-${index}`, two, { kind: 'match', etag });
      swapping = false;
      await meddling;
      expect(outcome).toMatchObject({ kind: 'ok' });
    }
  });

  test('a sweep that takes a slow writer for a dead one makes it fail, never lie', async () => {
    const outcomes: [string, string][] = [];
    let writing = true;
    const sweeping = (async () => {
      while (writing) await sweepLeftovers(root, -1_000);
    })();
    for (let index = 0; index < 100; index += 1) {
      const key = `swept/${index}`;
      outcomes.push([key, (await store.put(key, one, absent)).kind]);
    }
    writing = false;
    await sweeping;
    for (const [key, kind] of outcomes) {
      expect(['ok', 'refused']).toContain(kind);
      expect((await store.get(key)).kind, key).toBe(kind === 'ok' ? 'ok' : 'not-found');
    }
  });
});

describe('what a killed process leaves', () => {
  test('a delete stopped half-way: the object is gone, and can be made again', async () => {
    const etag = await putAbsent('key');
    await unlink(join(objectFolder({ root }, 'key'), etag));
    expect(await store.get('key')).toEqual({ kind: 'not-found' });
    expect(await store.list('')).toMatchObject({ objects: [] });
    expect(await store.put('key', two, { kind: 'match', etag })).toEqual({ kind: 'condition-failed' });
    await putAbsent('key', two);
    expect(await store.get('key')).toMatchObject({ kind: 'ok', body: two });
  });

  test('a body that was never published: invisible, in nobody’s way, gone after the next swap', async () => {
    const etag = await putAbsent('key');
    const folder = bodiesFolder({ root }, 'key');
    await mkdir(folder);
    const torn = join(folder, bodyName(etag, freshEtag('b')));
    await writeFile(torn, 'half a bo');
    expect(await store.get('key')).toMatchObject({ kind: 'ok', body: one });
    expect(await store.list('')).toMatchObject({ objects: [{ key: 'key', size: 1 }] });
    expect(await store.put('key', two, { kind: 'match', etag })).toMatchObject({ kind: 'ok' });
    expect(await readdir(folder)).toHaveLength(1);
    expect(await store.get('key')).toMatchObject({ kind: 'ok', body: two });
  });

  test('a body of a swap that was overtaken by a delete: gone with the next delete', async () => {
    const etag = await putAbsent('key');
    await store.deleteMany(['key']);
    const folder = bodiesFolder({ root }, 'key');
    await mkdir(folder);
    await writeFile(join(folder, bodyName(etag, freshEtag('b'))), 'x');
    expect(await store.get('key')).toEqual({ kind: 'not-found' });
    await store.deleteMany(['key']);
    expect((await readdir(root)).filter((name) => !name.startsWith('~'))).toEqual([]);
  });

  test('an object on its way in: swept at open when old, left alone when young', async () => {
    for (const [name, ageMs] of [
      ['old', leftoverAgeMsMin + 60_000],
      ['young', 0],
    ] as const) {
      const folder = join(root, newFolder, name);
      await mkdir(folder);
      await writeFile(join(folder, freshEtag('i')), 'half');
      const time = new Date(Date.now() - ageMs);
      await utimes(folder, time, time);
    }
    const reopened = await openFileStore(root);
    expect(await readdir(join(root, newFolder))).toEqual(['young']);
    expect(await readdir(join(root, trashFolder))).toEqual([]);
    expect(await reopened.list('')).toMatchObject({ objects: [] });
  });
});

describe('what is not ours', () => {
  test.each(['../../etc/passwd', '', 'i', `i${'0'.repeat(32)}`, `i${'0'.repeat(31)}/`, '"abc"'])(
    'etag %j matches nothing',
    async (etag) => {
      await putAbsent('key');
      expect(await store.put('key', two, { kind: 'match', etag })).toEqual({ kind: 'condition-failed' });
    },
  );

  test('a body that somebody removed is damage, said as such', async () => {
    const etag = await putAbsent('key');
    await store.put('key', two, { kind: 'match', etag });
    await rm(bodiesFolder({ root }, 'key'), { recursive: true });
    const problem = { code: 'EMISSINGBODY', permanent: true };
    expect(await store.get('key')).toMatchObject({ kind: 'failed', problem });
    expect(await store.list('')).toMatchObject({ kind: 'failed', problem });
  });

  test('a folder that cannot be written refuses, and says why', async () => {
    await writeFile(join(root, 'plain'), 'a file where a folder should be');
    const outcome = await store.put('plain/key', one, absent);
    expect(outcome).toMatchObject({ kind: 'refused', problem: { permanent: true } });
  });
});

test('bodies do not pile up under swaps, and nothing stays after a delete', async () => {
  let etag = await putAbsent('deep/key');
  for (let turn = 0; turn < 20; turn += 1) {
    const outcome = await store.put('deep/key', new Uint8Array([turn]), { kind: 'match', etag });
    if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
    etag = outcome.etag;
  }
  expect(await readdir(bodiesFolder({ root }, 'deep/key'))).toHaveLength(1);
  await store.deleteMany(['deep/key']);
  expect(await readdir(join(root, 'deep'))).toEqual([]);
});
