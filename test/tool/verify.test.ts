import { beforeAll, describe, expect, test } from 'vitest';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk, encodeChunk } from '../../src/core/format/chunk.ts';
import { encodeCondemned } from '../../src/core/format/condemned.ts';
import { decodeControl, encodeControl } from '../../src/core/format/control.ts';
import { encodeFrame } from '../../src/core/format/frame.ts';
import { contentHash } from '../../src/core/format/hashes.ts';
import { checkpointKey, chunkKey, condemnedKey, pageKey, slotKey } from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodePage, encodePage } from '../../src/core/format/page.ts';
import { decodeSegment, encodeSegment } from '../../src/core/format/segment.ts';
import type { Finding, Verification } from '../../src/core/tool/verify/verification.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type {
  Checkpoint,
  CheckpointReference,
  ChunkReference,
  Manifest,
  PageReference,
} from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, copyOfStore, fillStore, tool, type Filled } from './filled-store.ts';

const digest = createNodeDigest();
const compression = createNodeCompression();
const attempt = new Uint8Array(8).fill(7);

let filled: Filled;
let manifest: Manifest;

beforeAll(async () => {
  filled = await fillStore();
  manifest = await manifestOf(filled.store);
  expect(manifest.checkpoints.length).toBeGreaterThan(3);
});

function valueOf<Value>(decoded: { kind: 'ok'; value: Value } | { kind: 'damaged' }): Value {
  if (decoded.kind !== 'ok') throw new Error('it was whole');
  return decoded.value;
}

async function manifestOf(store: ObjectStore): Promise<Manifest> {
  return valueOf(decodeManifest('manifest', await bytesOfObject(store, 'manifest'), digest));
}

async function checkpointOf(store: ObjectStore, { key }: CheckpointReference): Promise<Checkpoint> {
  return valueOf(decodeCheckpoint(key, await bytesOfObject(store, key.slice(1)), digest));
}

async function chunksOf(store: ObjectStore, page: PageReference): Promise<readonly ChunkReference[]> {
  return valueOf(decodePage(page.key, await bytesOfObject(store, page.key.slice(1)), digest)).chunks;
}

/** What this file plants, and what is found of it, as each test did it: the document's table. */
const planted = new Map<string, Finding>();

async function harmed(harm: (store: ObjectStore) => Promise<void>): Promise<Verification> {
  const store = await copyOfStore(filled.store);
  await harm(store);
  const verification = await tool(store, verifyDatabase);
  const [finding] = verification.findings;
  if (finding !== undefined) planted.set(expect.getState().currentTestName!, finding);
  return verification;
}

const write = (store: ObjectStore, key: string, bytes: Uint8Array) =>
  store.put(key.replace(/^\//, ''), bytes, { kind: 'none' });
const remove = (store: ObjectStore, key: string) => store.deleteMany([key.replace(/^\//, '')]);

async function flip(store: ObjectStore, key: string, place = 0.5): Promise<void> {
  const bytes = (await bytesOfObject(store, key.replace(/^\//, ''))).slice();
  bytes[Math.floor((bytes.length - 1) * place)]! ^= 0x20;
  await write(store, key, bytes);
}

async function cut(store: ObjectStore, key: string): Promise<void> {
  await write(store, key, (await bytesOfObject(store, key.replace(/^\//, ''))).slice(0, -5));
}

async function changeManifest(store: ObjectStore, change: (manifest: Manifest) => Manifest): Promise<void> {
  await write(store, 'manifest', encodeManifest(change(await manifestOf(store)), digest));
}

async function writeChunk(
  store: ObjectStore,
  old: ChunkReference,
  versions: readonly Version[],
): Promise<ChunkReference> {
  const { bytes, keysBytes } = encodeChunk({ versions }, digest, compression);
  const hash = contentHash(bytes, digest);
  const key = chunkKey('', hash, attempt);
  await write(store, key, bytes);
  const firstKey = versions[0]!.key;
  return { ...old, key, hash, bytes: bytes.length, keysBytes, firstKey, versions: versions.length };
}

/** A checkpoint in the place of the newest, well-formed and named, but not what the log says. */
async function forgeNewest(
  store: ObjectStore,
  change: (checkpoint: Checkpoint) => Checkpoint,
  changeVersions?: (versions: readonly Version[]) => readonly Version[],
): Promise<void> {
  const newest = manifest.checkpoints.at(-1)!;
  let checkpoint = change(await checkpointOf(store, newest));
  if (changeVersions !== undefined) {
    const page = checkpoint.pages[0]!;
    const [first, ...others] = await chunksOf(store, page);
    const body = await bytesOfObject(store, first!.key.slice(1));
    const { versions } = valueOf(decodeChunk(first!.key, body, digest, compression));
    const changed = changeVersions(versions);
    const chunks = changed.length === 0 ? others : [await writeChunk(store, first!, changed), ...others];
    const pageBytes = encodePage({ chunks }, digest);
    const pageHash = contentHash(pageBytes, digest);
    const forged = { ...page, key: pageKey('', pageHash, attempt), hash: pageHash, bytes: pageBytes.length };
    await write(store, forged.key, pageBytes);
    checkpoint = {
      ...checkpoint,
      pages: [{ ...forged, firstKey: chunks[0]!.firstKey, chunks: chunks.length }, ...checkpoint.pages.slice(1)],
    };
  }
  const bytes = encodeCheckpoint(checkpoint, digest);
  const hash = contentHash(bytes, digest);
  const key = checkpointKey('', checkpoint.position.slot, hash, attempt);
  await write(store, key, bytes);
  const { revision, sequence, epoch } = checkpoint.position;
  const forged = { ...newest, key, hash, bytes: bytes.length, revision, sequence, epoch, wallMs: checkpoint.wallMs };
  await changeManifest(store, (old) => ({ ...old, checkpoints: [...old.checkpoints.slice(0, -1), forged] }));
}

test('a store that nothing is wrong with', async () => {
  const verification = await tool(filled.store, verifyDatabase);
  expect(verification.findings).toEqual([]);
  expect(verification.revision).toBe(filled.revision);
  expect(verification.checkpoints.every(({ usable, compared }) => usable && compared)).toBe(true);
  expect(verification.counts.chunk.objects).toBeGreaterThan(verification.checkpoints.length);
});

describe('the roots', () => {
  test.each(['control', 'manifest'])('%s damaged', async (key) => {
    const { findings } = await harmed((store) => flip(store, key));
    expect(findings).toMatchObject([{ key, kind: 'damaged', cost: expect.stringMatching(/no node can/) }]);
  });

  test.each(['control', 'manifest'])('%s missing', async (key) => {
    const { findings, revision } = await harmed(async (store) => void (await remove(store, key)));
    expect(findings).toMatchObject([{ key, kind: 'missing' }]);
    expect(revision).toBe(filled.revision);
  });

  test('control set back to an earlier epoch', async () => {
    const { findings } = await harmed(async (store) => {
      const control = valueOf(decodeControl('control', await bytesOfObject(store, 'control'), digest));
      await write(store, 'control', encodeControl({ ...control, epoch: 1 }, digest));
    });
    expect(findings[0]).toMatchObject({ key: 'control', kind: 'mismatch' });
  });

  test('nothing at all is no database', async () => {
    const store = await copyOfStore(filled.store);
    await remove(store, 'control');
    await remove(store, 'manifest');
    await expect(tool(store, verifyDatabase)).rejects.toMatchObject({ reason: 'damage' });
  });
});

describe('the log', () => {
  const early = slotKey(5);
  const ways: readonly (readonly [string, string, (store: ObjectStore) => Promise<unknown>])[] = [
    ['damaged', 'damaged', (store) => flip(store, early)],
    ['damaged in its header', 'damaged', (store) => flip(store, early, 0.1)],
    ['cut short', 'damaged', (store) => cut(store, early)],
    ['missing', 'missing', (store) => remove(store, early)],
    ['another slot’s', 'damaged', async (store) => write(store, early, await bytesOfObject(store, slotKey(6)))],
    ['forged: whole, but not of the chain', 'mismatch', (store) => forgeSlot(store, 5)],
  ];

  test.each(ways)('a slot before a checkpoint %s', async (_, kind, harm) => {
    const { findings, revision } = await harmed(async (store) => void (await harm(store)));
    expect(findings[0]).toMatchObject({ key: early, kind });
    expect(findings[0]!.cost).toContain('a recovery begins with the checkpoint of slot');
    expect(findings).toHaveLength(1);
    expect(revision).toBe(filled.revision);
  });

  test.each(ways)('a slot that no checkpoint is behind %s', async (_, kind, harm) => {
    const { findings } = await harmed(async (store) => {
      await changeManifest(store, (old) => ({ ...old, checkpoints: [] }));
      await harm(store);
    });
    expect(findings[0]).toMatchObject({ key: early, kind });
    expect(findings[0]!.cost).toMatch(/no node starts until it is restored; without it revisions above \d+ are lost/);
  });

  test('slots missing in a row are one finding', async () => {
    const { findings } = await harmed(async (store) => {
      for (const slot of [4, 5, 6]) await remove(store, slotKey(slot));
    });
    expect(findings).toMatchObject([
      { key: slotKey(4), kind: 'missing', what: expect.stringContaining('slots up to 6') },
    ]);
  });
});

async function forgeSlot(store: ObjectStore, slot: number): Promise<void> {
  const key = slotKey(slot);
  const { header, frames } = valueOf(decodeSegment(key, await bytesOfObject(store, key), digest));
  const frame = { ...frames[0]!.frame, previousFrameHash: new Uint8Array(32).fill(1) };
  await write(store, key, encodeSegment(header, [encodeFrame(frame, digest)], digest));
}

describe('a checkpoint’s objects', () => {
  test.each(['damaged', 'missing'] as const)('the newest checkpoint %s', async (kind) => {
    const newest = manifest.checkpoints.at(-1)!;
    const before = manifest.checkpoints.at(-2)!;
    const { findings } = await harmed(
      async (store) => void (await (kind === 'damaged' ? flip : remove)(store, newest.key)),
    );
    expect(findings).toMatchObject([{ key: newest.key, kind }]);
    expect(findings[0]!.cost).toContain(
      `begins with the checkpoint of slot ${before.slot} (revision ${before.revision})`,
    );
  });

  test('an older one', async () => {
    const { findings } = await harmed((store) => flip(store, manifest.checkpoints[0]!.key));
    expect(findings).toMatchObject([{ kind: 'damaged', cost: expect.stringContaining('Nothing is lost') }]);
  });

  test.each(['damaged', 'missing', 'cut'] as const)('a page of it %s', async (kind) => {
    const checkpoint = await checkpointOf(filled.store, manifest.checkpoints.at(-1)!);
    const { key } = checkpoint.pages[0]!;
    const harm = { damaged: flip, missing: remove, cut }[kind];
    const { findings, checkpoints } = await harmed(async (store) => void (await harm(store, key)));
    expect(findings).toMatchObject([{ key, kind: kind === 'cut' ? 'damaged' : kind }]);
    expect(checkpoints.at(-1)!.usable).toBe(false);
  });

  test.each(['damaged', 'missing', 'cut'] as const)(
    'a chunk of it %s, and of every one that shares it',
    async (kind) => {
      const checkpoint = await checkpointOf(filled.store, manifest.checkpoints.at(-1)!);
      const [chunk] = await chunksOf(filled.store, checkpoint.pages[0]!);
      const harm = { damaged: flip, missing: remove, cut }[kind];
      const { findings, checkpoints } = await harmed(async (store) => void (await harm(store, chunk!.key)));
      expect(findings).toMatchObject([{ key: chunk!.key, kind: kind === 'cut' ? 'damaged' : kind }]);
      expect(checkpoints.at(-1)!.usable).toBe(false);
    },
  );

  test('every checkpoint gone: the log alone', async () => {
    const { findings } = await harmed(async (store) => {
      for (const { key } of manifest.checkpoints) await remove(store, key);
    });
    expect(findings).toHaveLength(manifest.checkpoints.length);
    expect(findings[0]!.cost).toContain('A recovery begins with the first slot of the log instead');
  });

  test('every checkpoint gone and the log begins later: nothing is left', async () => {
    const { findings } = await harmed(async (store) => {
      await changeManifest(store, (old) => ({ ...old, logFloor: old.checkpoints[0]!.slot + 1 }));
      for (const { key } of manifest.checkpoints) await remove(store, key);
    });
    expect(findings[0]!.cost).toContain('nothing can be recovered');
  });
});

describe('references that are not true', () => {
  test.each([
    ['slot', { sequence: 1 }],
    ['revision', { revision: 2 }],
    ['time', { wallMs: 5 }],
    ['size', { bytes: 12 }],
  ] as const)('the manifest’s: %s', async (_, wrong) => {
    const { findings } = await harmed((store) =>
      changeManifest(store, (old) => ({
        ...old,
        checkpoints: [...old.checkpoints.slice(0, -1), { ...old.checkpoints.at(-1)!, ...wrong }],
      })),
    );
    expect(findings).toMatchObject([{ key: manifest.checkpoints.at(-1)!.key, kind: 'mismatch' }]);
  });

  test('a page’s count of chunks', async () => {
    const { findings } = await harmed((store) =>
      forgeNewest(store, (checkpoint) => ({
        ...checkpoint,
        pages: checkpoint.pages.map((page) => ({ ...page, chunks: page.chunks + 1 })),
      })),
    );
    expect(findings[0]).toMatchObject({
      kind: 'mismatch',
      what: expect.stringContaining('chunks, its checkpoint says'),
    });
  });
});

describe('a checkpoint that is whole, but not what the log says', () => {
  const same = (checkpoint: Checkpoint): Checkpoint => checkpoint;
  const forgeries: readonly (readonly [string, (store: ObjectStore) => Promise<void>])[] = [
    [
      'another value',
      (store) =>
        forgeNewest(
          store,
          same,
          changedLast(() => ({ value: new Uint8Array([1]), valueBytes: 1 })),
        ),
    ],
    [
      'another lease',
      (store) =>
        forgeNewest(
          store,
          same,
          changedLast(() => ({ lease: 77n })),
        ),
    ],
    [
      'another version',
      (store) =>
        forgeNewest(
          store,
          same,
          changedLast(({ version }) => ({ version: version + 1 })),
        ),
    ],
    ['a key too few', (store) => forgeNewest(store, same, (versions) => withoutKey(versions))],
    [
      'a key too many',
      (store) => forgeNewest(store, same, (versions) => [{ ...versions[0]!, key: '\0' }, ...versions]),
    ],
    [
      'a lease too many',
      (store) => forgeNewest(store, (checkpoint) => ({ ...checkpoint, leases: [{ lease: 9n, ttlSeconds: 5 }] })),
    ],
    [
      'authentication that is on',
      (store) =>
        forgeNewest(store, ({ auth, ...checkpoint }) => ({ ...checkpoint, auth: { ...auth, enabled: !auth.enabled } })),
    ],
    [
      'a user too many',
      (store) =>
        forgeNewest(store, ({ auth, ...checkpoint }) => {
          const user = { name: 'eve', passwordHash: '', noPassword: true, roles: ['root'], credentialRevision: 1 };
          return { ...checkpoint, auth: { ...auth, users: new Map([[user.name, user]]) } };
        }),
    ],
    [
      'an alarm too many',
      (store) => forgeNewest(store, (checkpoint) => ({ ...checkpoint, alarms: [{ alarm: 'nospace', memberId: 1n }] })),
    ],
    [
      'another compaction',
      (store) =>
        forgeNewest(store, ({ position, ...checkpoint }) => ({
          ...checkpoint,
          position: { ...position, compactRevision: position.compactRevision + 1 },
        })),
    ],
    [
      'another place in the chain',
      (store) =>
        forgeNewest(store, ({ position, ...checkpoint }) => ({
          ...checkpoint,
          position: { ...position, segmentHash: new Uint8Array(32) },
        })),
    ],
    ['an older checkpoint’s content', (store) => forgeStale(store)],
  ];

  test.each(forgeries)('%s', async (_, forge) => {
    const { findings, checkpoints } = await harmed(forge);
    expect(findings).toMatchObject([{ kind: 'content', cost: expect.stringContaining('another state') }]);
    expect(checkpoints.at(-1)!.usable).toBe(false);
  });
});

function changedLast(change: (version: Version) => Partial<Version>) {
  return (versions: readonly Version[]): readonly Version[] => {
    const index = versions.findLastIndex(({ version }) => version > 0);
    return versions.map((version, at) => (at === index ? { ...version, ...change(version) } : version));
  };
}

function withoutKey(versions: readonly Version[]): readonly Version[] {
  const newest = versions.findLast(({ version }) => version > 0)!;
  return versions.filter(({ key }) => key !== newest.key);
}

async function forgeStale(store: ObjectStore): Promise<void> {
  const older = await checkpointOf(store, manifest.checkpoints.at(-2)!);
  await forgeNewest(store, (checkpoint) => ({ ...checkpoint, pages: older.pages }));
}

describe('condemned lists', () => {
  async function condemn(store: ObjectStore, keys: readonly string[], count = keys.length): Promise<string> {
    const bytes = encodeCondemned({ databaseId: manifest.databaseId, keys }, digest);
    const hash = contentHash(bytes, digest);
    const key = condemnedKey('', hash, attempt);
    await write(store, key, bytes);
    const reference = { key, hash, bytes: bytes.length, generation: manifest.generation, wallMs: 1, count };
    await changeManifest(store, (old) => ({ ...old, condemned: [reference] }));
    return key;
  }
  const garbage = chunkKey('', new Uint8Array(32), attempt);

  test('of what nobody needs are no finding', async () => {
    expect((await harmed(async (store) => void (await condemn(store, [garbage])))).findings).toEqual([]);
  });

  test('damaged', async () => {
    const { findings } = await harmed(async (store) => flip(store, await condemn(store, [garbage])));
    expect(findings).toMatchObject([{ kind: 'damaged', cost: expect.stringContaining('no data') }]);
  });

  test('missing', async () => {
    const { findings } = await harmed(async (store) => void (await remove(store, await condemn(store, [garbage]))));
    expect(findings).toMatchObject([{ kind: 'missing' }]);
  });

  test('with another count', async () => {
    const { findings } = await harmed(async (store) => void (await condemn(store, [garbage], 3)));
    expect(findings).toMatchObject([{ kind: 'mismatch' }]);
  });

  test('that name what a checkpoint needs', async () => {
    const { key } = (await checkpointOf(filled.store, manifest.checkpoints.at(-1)!)).pages[0]!;
    const { findings } = await harmed(async (store) => void (await condemn(store, [key])));
    expect(findings).toMatchObject([{ key, kind: 'mismatch', cost: expect.stringContaining('will delete it') }]);
  });
});

describe('the document', () => {
  // Written anew by `npx vitest run test/tool/verify.test.ts --update`.
  test('says every kind of damage that was planted here, and how it was told', async () => {
    const lines = [...planted].map(([name, { key, kind }]) => {
      const [where = '', ...what] = name.split(' > ');
      return [where, what.join(': '), `\`${kind}\``, `\`${key.split('/').find((part) => part !== '')}\``];
    });
    expect(lines.length).toBeGreaterThanOrEqual(30);
    const table = layOut([['where', 'what is wrong', 'told as', 'named'], ...lines]);
    await expect(`${documentHead}\n${table}\n`).toMatchFileSnapshot('../../docs/damage.md');
  });
});

const documentHead = `# What \`t4 verify\` finds

\`t4 verify URL\` reads every object that the database needs, and tells each problem with the key of the object and what it costs
([how to use it](time-travel.md#whether-all-of-it-is-there)). It tells four kinds:

- \`missing\`: the object is not there.
- \`damaged\`: it is there, and its own checksums or its hash do not hold.
- \`mismatch\`: it is whole, and not what refers to it says.
- \`content\`: it is whole and is what refers to it says, and holds another state than the log comes to.

A node that runs finds by itself what a start would need now, and raises the alarm CORRUPT: [alarms.md](alarms.md#corrupt). What follows is found in all of the history.

Each of these is planted by a test (\`test/tool/verify.test.ts\`, which writes this table), in a database with several checkpoints, and has to be
told so, by the object that it is in:
`;

/** As Prettier would. */
function layOut(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const drawn = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  return [drawn[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...drawn.slice(1)].join('\n');
}
