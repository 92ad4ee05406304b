import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { drill as rehearse } from '../../src/drill/drill.ts';
import type { DrillReport } from '../../src/drill/report.ts';
import { drillName } from '../../src/drill/name.ts';
import type { Database, DatabaseAnswer } from '../../src/host/database.ts';
import { startNode, type Node } from '../../src/host/node.ts';
import { runTool } from '../../src/host/run-tool.ts';
import { open, type T4 } from '../../src/index.ts';
import { T4 as Client } from '../../src/library/t4.ts';
import { startServer } from '../../src/server/server.ts';
import { bytesOfObject, edges, keysOf } from '../tool/filled-store.ts';
import { runCommand } from '../support/run-command.ts';
import { unhurried } from '../support/unhurried.ts';

/** `t4 drill` on a store in a folder, without and with a server, whole and damaged. */

let folder: string;
let url: string;
let filled: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 't4-drill-test-'));
  filled = await fill('filled');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fill(name: string): Promise<string> {
  url = `file:${join(folder, name)}`;
  const database = await open({ store: url });
  await write(database);
  await database.checkpoint();
  await write(database);
  await database.close();
  return url;
}

async function write(database: T4): Promise<void> {
  for (let index = 0; index < 40; index++) {
    const { revision } = await database.put(`key-${index % 11}`, `value ${index}`);
    if (index === 20) await database.compact(revision - 5);
    if (index % 9 === 0) await database.delete(`key-${index % 11}`);
  }
}

interface Drilled {
  readonly code: number;
  readonly report: DrillReport;
  readonly junit: string;
  readonly error: string;
}

const t4 = (...argv: readonly string[]) => runCommand(argv);

async function drill(store: string, ...options: readonly string[]): Promise<Drilled> {
  const junit = join(folder, 'junit.xml');
  const report = join(folder, 'report.json');
  const files = ['--folder', folder, '--junit', junit, '--report', report];
  const { code, out, error } = await t4('drill', store, '--json', ...files, ...options);
  expect(readFileSync(report, 'utf8')).toBe(out);
  // Nothing is left, neither here nor there.
  expect(readdirSync(folder).filter((name) => name.startsWith('drill-'))).toEqual([]);
  expect(JSON.parse((await t4('branch', 'list', store, '--json')).out)).toMatchObject({ branches: [] });
  return { code, report: JSON.parse(out) as DrillReport, junit: readFileSync(junit, 'utf8'), error };
}

/** A node of the store behind its server; `change` falsifies what it answers. */
async function serve(store: string, change: (answer: DatabaseAnswer) => DatabaseAnswer = (answer) => answer) {
  const opened = await openObjectStore(store);
  const node: Node = startNode({
    ...edges(),
    ...unhurried,
    store: opened,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    memberId: 1n,
    name: 'served',
    clientUrls: [],
    log: () => undefined,
  });
  await node.whenReady();
  const database: Database = {
    ...node,
    request: async (request, signal) => change(await node.request(request, signal)) as never,
  };
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await startServer({ database, listen: ['127.0.0.1:0'], log });
  closing.push(async () => {
    await server.stop(100);
    await node.close();
    await opened.close();
  });
  return { client: new Client(node, async () => undefined), endpoint: server.addresses[0]! };
}

test.each(['report', 'junit', 'folder'])('nothing is begun where --%s has no place', async (option) => {
  const missing = join(folder, 'missing');
  const given = option === 'folder' ? missing : join(missing, 'file');
  const before = await keysOf(await openObjectStore(filled));
  const { code, out, error } = await t4('drill', filled, `--${option}`, given);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(error).toBe(`t4: --${option} ${given}: there is no folder ${missing}\n    nothing was begun\n`);
  expect(await keysOf(await openObjectStore(filled))).toEqual(before);
});

test('a report that cannot be written is told on standard output all the same', async () => {
  const { code, out, error } = await t4('drill', filled, '--json', '--report', folder);
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'ok', branch: { removed: true } });
  expect(error).toContain(`the drill ended, and ${folder} could not be written: `);
});

test('a whole store is recovered, and comes to what its log comes to', async () => {
  const { code, report, junit, error } = await drill(filled);
  expect(code).toBe(0);
  expect(report).toMatchObject({
    format: 1,
    outcome: 'ok',
    reason: null,
    comparedWith: 'log',
    endpoint: null,
    branch: { removed: true },
    leftovers: [],
    warnings: [],
  });
  expect(report.hash.recovered).toBe(report.hash.expected);
  expect(report.keys.recovered).toBe(report.keys.expected);
  expect(report.compactRevision).toBeGreaterThan(0);
  const chunks = report.requests.filter(({ subject }) => subject === 'chunk');
  expect(chunks.map(({ phase }) => phase)).toContain('ready');
  expect(chunks.every(({ bytesDown, bytesUp }) => bytesDown > 0 && bytesUp === 0)).toBe(true);
  const { recovery, total } = report.cost;
  expect(recovery).toBeGreaterThan(0);
  expect(total).toBeGreaterThan(recovery);
  expect(report.seconds.full).toBeGreaterThanOrEqual(report.seconds.ready!);
  expect(junit).toContain('<testsuites tests="2" failures="0" errors="0"');
  expect(error).toMatch(
    /branch drill-\S+ made\n.*recovered: \d+ keys.*\n.*everything is local.*\n.*branch drill-\S+ removed\n$/,
  );
});

test('an earlier revision, for a person', async () => {
  const { revision } = (await drill(filled)).report;
  const at = revision! - 7;
  const { code, report } = await drill(filled, '--at-revision', String(at));
  expect({ code, revision: report.revision }).toEqual({ code: 0, revision: at });
  const { out } = await t4('drill', filled, '--at-revision', String(at), '--folder', folder);
  expect(out).toContain(`compared  with what its log comes to, at revision ${at}\n`);
  expect(out).toMatch(/result {4}the recovered state is the same\n$/);
  const future = await drill(filled, '--at-revision', String(revision! + 1));
  expect(future).toMatchObject({ code: 3, report: { outcome: 'unknown' } });
  expect(future.report.reason).toBe(`the log in the store ends at revision ${revision}`);
});

test('a server under load, compacted again and again, has the recovered state', async () => {
  const store = await fill('loaded');
  const { client, endpoint } = await serve(store);
  let stopped = false;
  const load = (async () => {
    for (let index = 0; !stopped; index++) {
      const { revision } = await client.put(`load-${index % 50}`, `value ${index}`);
      if (index % 20 === 19) await client.compact(revision - 10);
    }
  })();
  const { code, report } = await drill(store, '--endpoint', endpoint);
  stopped = true;
  await load;
  expect(report).toMatchObject({ outcome: 'ok', comparedWith: 'server', endpoint });
  expect(code).toBe(0);
});

test('a server that has another state is told', async () => {
  const store = await fill('differs');
  const { endpoint } = await serve(store, (answer) =>
    answer.response.kind === 'hash-kv'
      ? { ...answer, response: { ...answer.response, hash: (answer.response.hash ^ 1) >>> 0 } }
      : answer,
  );
  const { code, report, junit } = await drill(store, '--endpoint', endpoint);
  expect({ code, outcome: report.outcome }).toEqual({ code: 4, outcome: 'mismatch' });
  expect(report.reason).toMatch(/^another state at revision \d+: [0-9a-f]{8} was expected, [0-9a-f]{8} was recovered$/);
  expect(junit).toContain('failures="1" errors="0"');
  expect(junit).toContain('<failure type="mismatch"');
});

test('a server of another database, or none, is told', async () => {
  const { endpoint } = await serve(await fill('another'));
  const other = await drill(filled, '--endpoint', endpoint);
  expect(other).toMatchObject({ code: 3, report: { outcome: 'unknown', branch: null } });
  expect(other.report.reason).toMatch(/serves another database: cluster [0-9a-f]+, not [0-9a-f]+$/);
  const nobody = await drill(filled, '--endpoint', '127.0.0.1:1');
  expect(nobody).toMatchObject({ code: 3, report: { outcome: 'unknown', branch: null } });
  expect(nobody.junit).toContain('errors="2"');
});

test.each([
  ['keys', 0.3],
  ['values, which come later,', 0.95],
])('damage in a chunk’s %s ends the drill, and is named', async (part, place) => {
  const store = await fill(`damaged-${part[0]}`);
  const opened = await openObjectStore(store);
  const keys = await keysOf(opened, 'chunks/');
  for (const key of keys) {
    const bytes = (await bytesOfObject(opened, key)).slice();
    bytes[Math.floor(bytes.length * place)]! ^= 1;
    await opened.put(key, bytes, { kind: 'none' });
  }
  await opened.close();
  const { code, report, junit } = await drill(store);
  expect({ code, outcome: report.outcome }).toEqual({ code: 1, outcome: 'not-recovered' });
  const named = keys.filter((key) => report.reason?.includes(key));
  expect(named).toHaveLength(1);
  expect(junit).toContain(named[0]);
});

test('limits that are not kept', async () => {
  const { code, report, junit } = await drill(filled, '--max-time-to-ready', '1ms', '--max-time-to-full', '10m');
  expect({ code, outcome: report.outcome, limits: report.limits }).toEqual({
    code: 5,
    outcome: 'too-slow',
    limits: { readySeconds: 0.001, fullSeconds: 600 },
  });
  expect(report.reason).toMatch(/^ready after \d+ ms, allowed were 1$/);
  expect(junit).toContain('<testsuites tests="4" failures="1" errors="0"');
  const late = await drill(filled, '--timeout', '1ms');
  expect(late).toMatchObject({ code: 1, report: { outcome: 'not-recovered', reason: 'no result after 0.001 s' } });
});

test('what a killed drill left is named, and removed when it is old', async () => {
  const store = await fill('leftovers');
  const opened = await openObjectStore(store);
  const parts = edges();
  const dayMs = 24 * 3_600_000;
  const makeAt = (wallMs: number, id: number) => {
    const name = drillName(wallMs, Uint8Array.of(0, 0, 0, id));
    const clock = { ...parts.clock, now: () => ({ ...parts.clock.now(), wallMs }) };
    const options = { ...parts, clock, store: opened, home: '', log: () => undefined };
    return runTool(options, (core) => createBranch(core, name, { kind: 'end' })).then(() => name);
  };
  const old = await makeAt(Date.now() - dayMs - 60_000, 1);
  const young = await makeAt(Date.now() - 60_000, 2);
  const { code, out } = await t4('drill', store, '--json', '--folder', folder);
  expect(code).toBe(0);
  const { leftovers } = JSON.parse(out) as DrillReport;
  expect(leftovers.map(({ name, removed }) => ({ name, removed }))).toEqual([
    { name: old, removed: true },
    { name: young, removed: false },
  ]);
  expect(JSON.parse((await t4('branch', 'list', store, '--json')).out)).toMatchObject({ branches: [{ name: young }] });
  expect((await t4('branch', 'delete', young, '--from', store)).code).toBe(0);
  await opened.close();
});

test('an interruption leaves nothing, wherever it comes', async () => {
  const opened = await openObjectStore(filled);
  for (const step of ['made', 'recovered', 'removed']) {
    const interrupted = new AbortController();
    const told: string[] = [];
    const report = await rehearse({
      ...edges(),
      store: opened,
      home: '',
      server: undefined,
      endpoint: undefined,
      revision: undefined,
      folder,
      limits: { readyMs: undefined, fullMs: undefined },
      timeoutMs: 60_000,
      signal: interrupted.signal,
      log: () => undefined,
      tell(text) {
        told.push(text);
        if (text.includes(step)) interrupted.abort();
      },
    });
    // Once it is there the result counts.
    const isLate = step === 'removed';
    expect(report).toMatchObject(isLate ? { outcome: 'ok' } : { outcome: 'unknown', reason: 'interrupted' });
    expect(report.branch).toMatchObject({ removed: true });
    expect(told.at(-1)).toMatch(/^branch drill-\S+ removed$/);
    expect(readdirSync(folder).filter((name) => name.startsWith('drill-'))).toEqual([]);
  }
  expect(await keysOf(opened, 'branches/')).toEqual([]);
  await opened.close();
});

test('a folder that cannot be used says nothing about the store', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  expect((await t4('drill', filled, '--folder', file)).code).toBe(2);
  const opened = await openObjectStore(filled);
  const report = await rehearse({
    ...edges(),
    store: opened,
    home: '',
    server: undefined,
    endpoint: undefined,
    revision: undefined,
    folder: file,
    limits: { readyMs: undefined, fullMs: undefined },
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    log: () => undefined,
    tell: () => undefined,
  });
  expect(report).toMatchObject({ outcome: 'unknown', branch: { removed: true } });
  expect(report.reason).toMatch(/^the folder for the drill cannot be used: /);
});

test.each([
  [['--endpoint', 'nowhere']],
  [['--at-revision', '0']],
  [['--max-time-to-ready', '7']],
  [['--timeout', '0s']],
  [['--no-such']],
])('wrong usage: %s', async (options) => {
  expect((await t4('drill', filled, ...options)).code).toBe(2);
});
