import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/core/types/auth.ts';
import type { Answer } from '../../src/core/types/effect.ts';
import type { Request } from '../../src/core/types/request.ts';
import { createWorldDisk } from '../support/machine-world-disk.ts';
import { noFaults } from '../support/machine-world-node.ts';
import { createWorld, type HistoryEntry, type World, type WorldScenario } from '../support/machine-world.ts';
import { deleteRange, put, range } from './state-requests.ts';

/** Whole machines: who may do what, and alarms, from the request to the log and back out of it. */

const calm: WorldScenario = {
  seed: 1,
  nodes: 1,
  durability: 'object',
  faults: noFaults,
  disturbances: [],
  healAtMs: 0,
};

const alice: Caller = { kind: 'user', name: 'alice' };
const anonymous: Caller = { kind: 'anonymous' };
const open: Caller | undefined = undefined;

function leading(scenario: Partial<WorldScenario> = {}): World {
  const world = createWorld({ ...calm, ...scenario });
  settled(world);
  return world;
}

function settled(world: World): void {
  expect(world.runUntil(world.now() + 30_000, () => world.leader() !== undefined)).toBe(true);
}

function start(world: World, request: Request, caller?: Caller): HistoryEntry {
  return world.request(world.leader()!, request, caller);
}

function answerOf(world: World, entry: HistoryEntry): Answer {
  expect(world.runUntil(world.now() + 20_000, () => entry.answer !== undefined)).toBe(true);
  return entry.answer!;
}

function ask(world: World, request: Request, caller?: Caller): Answer {
  return answerOf(world, start(world, request, caller));
}

function words(answer: Answer): string {
  return answer.kind === 'error' ? answer.error.message : 'ok';
}

function response(world: World, request: Request): unknown {
  const answer = ask(world, request);
  return answer.kind === 'ok' ? answer.response : answer.error;
}

/** `alice` reads and writes keys from a to b; authentication is on. */
function secure(world: World): void {
  const requests: readonly Request[] = [
    { kind: 'auth-user-add', name: 'root', passwordHash: 'secret', noPassword: false },
    { kind: 'auth-user-grant-role', name: 'root', role: 'root' },
    { kind: 'auth-user-add', name: 'alice', passwordHash: 'hash', noPassword: false },
    { kind: 'auth-role-add', name: 'keeper' },
    { kind: 'auth-role-grant-permission', role: 'keeper', permission: { type: 'readwrite', key: 'a', rangeEnd: 'b' } },
    { kind: 'auth-user-grant-role', name: 'alice', role: 'keeper' },
    { kind: 'auth-enable' },
  ];
  for (const request of requests) expect(words(ask(world, request))).toBe('ok');
}

const takeAway: Request = { kind: 'auth-user-revoke-role', name: 'alice', role: 'keeper' };
const giveAgain: Request = { kind: 'auth-user-grant-role', name: 'alice', role: 'keeper' };
const denied = 'etcdserver: permission denied';

describe('who may do what', () => {
  test('is decided in the order of the log: what comes after a change obeys it, durable or not', () => {
    const world = leading();
    secure(world);
    expect(words(ask(world, put('a1', 'mine'), alice))).toBe('ok');
    const before = start(world, put('a1', 'before'), alice);
    const change = start(world, takeAway);
    const write = start(world, put('a1', 'after'), alice);
    expect([before, change, write].map((entry) => entry.answer)).toEqual([undefined, undefined, undefined]);
    expect([before, change, write].map((entry) => words(answerOf(world, entry)))).toEqual(['ok', 'ok', denied]);
    expect(write.answeredMs).toBeGreaterThanOrEqual(change.answeredMs!);
    expect(words(ask(world, range('a1'), alice))).toBe(denied);
    expect(response(world, range('a1'))).toMatchObject({ kvs: [{ version: 2 }] });
  });

  test('a read obeys what is durable, which is what it reads', () => {
    const world = leading();
    secure(world);
    ask(world, put('a1', 'secret'));
    ask(world, takeAway);
    // By the time at which alice may read, the secret is gone; whoever looks at a half of it sees a secret.
    const gone = start(world, deleteRange('a1'));
    const given = start(world, giveAgain);
    const read = start(world, range('a1'), alice);
    expect(words(answerOf(world, read))).toBe(denied);
    expect([gone, given].map((entry) => words(answerOf(world, entry)))).toEqual(['ok', 'ok']);
    const again = ask(world, range('a1'), alice);
    expect(again).toMatchObject({ kind: 'ok', response: { count: 0 } });
  });

  test('a renewal waits for what allows it', () => {
    const world = leading();
    secure(world);
    ask(world, { kind: 'lease-grant', id: 5n, ttlSeconds: 60 });
    ask(world, put('a1', '', { lease: 5n }));
    ask(world, takeAway);
    const given = start(world, giveAgain);
    const renewal = start(world, { kind: 'lease-keep-alive', id: 5n }, alice);
    expect(renewal.answer).toBeUndefined();
    expect(words(answerOf(world, given))).toBe('ok');
    expect(answerOf(world, renewal)).toMatchObject({ kind: 'ok', response: { ttlSeconds: 60 } });
    expect(renewal.answeredMs).toBeGreaterThanOrEqual(given.answeredMs!);
    expect(words(ask(world, { kind: 'lease-revoke', id: 5n }, alice))).toBe('ok');
  });

  test('a renewal whose answer waits counts from its answer; one that nobody has to be allowed does not wait', () => {
    const world = leading();
    ask(world, { kind: 'auth-role-add', name: 'any' });
    ask(world, { kind: 'lease-grant', id: 5n, ttlSeconds: 2 });
    ask(world, put('a1', '', { lease: 5n }));
    const write = start(world, put('a2'));
    const open = start(world, { kind: 'lease-keep-alive', id: 5n }, anonymous);
    expect(open.answer).toMatchObject({ kind: 'ok', response: { ttlSeconds: 2 } });
    answerOf(world, write);
    secure(world);
    world.runUntil(world.now() + 1_000);
    ask(world, { kind: 'lease-keep-alive', id: 5n }, alice);
    const slow = start(world, put('a2', 'again'));
    const renewal = start(world, { kind: 'lease-keep-alive', id: 5n }, alice);
    expect(renewal.answer).toBeUndefined();
    answerOf(world, slow);
    expect(answerOf(world, renewal)).toMatchObject({ kind: 'ok', response: { ttlSeconds: 2 } });
    world.runUntil(renewal.answeredMs! + 1_900);
    expect(response(world, range('a1'))).toMatchObject({ count: 1 });
  });

  test('a renewal that waits while its lease is revoked is told so when the revocation is durable', () => {
    const world = leading();
    secure(world);
    ask(world, { kind: 'lease-grant', id: 5n, ttlSeconds: 60 });
    const before = start(world, put('a1'));
    const renewal = start(world, { kind: 'lease-keep-alive', id: 5n }, alice);
    world.runUntil(world.now() + 30);
    const revocation = start(world, { kind: 'lease-revoke', id: 5n });
    expect([before, renewal, revocation].map((entry) => entry.answer)).toEqual([undefined, undefined, undefined]);
    expect(answerOf(world, renewal)).toMatchObject({ kind: 'ok', response: { ttlSeconds: 0 } });
    expect(words(answerOf(world, revocation))).toBe('ok');
    expect(before.answeredMs).toBeLessThan(revocation.answeredMs!);
    expect(renewal.answeredMs).toBeGreaterThanOrEqual(revocation.answeredMs!);
  });

  test('the status is told to users alone', () => {
    const world = leading();
    expect(words(ask(world, { kind: 'status' }, anonymous))).toBe('ok');
    secure(world);
    expect(words(ask(world, { kind: 'status' }, anonymous))).toBe('etcdserver: user name is empty');
    expect(words(ask(world, { kind: 'status' }, alice))).toBe('ok');
    expect(words(ask(world, { kind: 'status' }, open))).toBe('ok');
  });
});

const askedAfterwards: readonly Request[] = [
  { kind: 'auth-status' },
  { kind: 'auth-user-list' },
  { kind: 'auth-role-list' },
  { kind: 'auth-role-get', role: 'keeper' },
  { kind: 'auth-credentials', name: 'alice' },
  { kind: 'auth-credentials', name: 'root' },
  { kind: 'alarm', action: 'get', alarm: 'none', memberId: 0n },
];

function named(world: World): number {
  return world.ledger.get('log: checkpoint named in the manifest') ?? 0;
}

describe('what was acknowledged', () => {
  const told = (world: World) => askedAfterwards.map((request) => response(world, request));

  test.each([
    ['its disk kept', true, 'checkpoint'],
    ['its disk lost, from a checkpoint', false, 'checkpoint'],
    ['its disk lost, from the log alone', false, 'log'],
  ] as const)('is there after a crash: %s', (_, keepDisk, from) => {
    const world = leading({ configuration: { checkpointSegments: from === 'log' ? 1_000 : 3 } });
    secure(world);
    ask(world, { kind: 'alarm', action: 'activate', alarm: 'corrupt', memberId: 9n });
    ask(world, { kind: 'alarm', action: 'activate', alarm: 'nospace', memberId: 9n });
    ask(world, { kind: 'alarm', action: 'deactivate', alarm: 'corrupt', memberId: 9n });
    if (from === 'checkpoint') {
      const before = named(world);
      for (let more = 0; more < 8; more++) ask(world, { kind: 'auth-role-add', name: `more ${more}` });
      world.runUntil(world.now() + 60_000, () => named(world) > before);
      expect(named(world)).toBeGreaterThan(before);
    }
    const before = told(world);
    const node = world.nodes[0]!;
    node.crash(keepDisk);
    if (!keepDisk) node.disk = createWorldDisk();
    node.start();
    settled(world);
    expect(told(world)).toStrictEqual(before);
    expect(words(ask(world, put('z'), alice))).toBe('etcdserver: mvcc: database space exceeded');
    expect(words(ask(world, range('z'), alice))).toBe(denied);
  });
});

describe('alarms', () => {
  const alarm = (action: 'get' | 'deactivate', memberId = 1n): Request => ({
    kind: 'alarm',
    action,
    alarm: 'nospace',
    memberId,
  });

  test('a write beyond the quota is refused, and so is every other until the alarm is taken back', () => {
    const world = leading({ configuration: { quotaBackendBytes: 2_000 } });
    expect(words(ask(world, put('a', 'x'.repeat(900))))).toBe('ok');
    expect(words(ask(world, put('b', 'x'.repeat(900))))).toBe('etcdserver: mvcc: database space exceeded');
    expect(response(world, alarm('get'))).toMatchObject({ alarms: [{ memberId: 1n, alarm: 'nospace' }] });
    expect(response(world, { kind: 'status' })).toMatchObject({
      alarms: [{ memberId: 1n, alarm: 'nospace' }],
      quotaBackendBytes: 2_000,
    });
    expect(words(ask(world, put('c')))).toBe('etcdserver: mvcc: database space exceeded');
    expect(words(ask(world, deleteRange('a')))).toBe('ok');
    expect(words(ask(world, { kind: 'compact', revision: 3, physical: true }))).toBe('ok');
    expect(words(ask(world, put('c')))).toBe('etcdserver: mvcc: database space exceeded');
    expect(response(world, alarm('deactivate'))).toMatchObject({ alarms: [{ memberId: 1n }] });
    expect(words(ask(world, put('b', 'x'.repeat(900))))).toBe('ok');
  });

  test('who may not write raises no alarm', () => {
    const world = leading({ configuration: { quotaBackendBytes: 2_000 } });
    secure(world);
    expect(words(ask(world, put('z', 'x'.repeat(2_000)), alice))).toBe(denied);
    expect(response(world, alarm('get'))).toMatchObject({ alarms: [] });
  });

  test('leases do not end while the state is in doubt, and do when it is not', () => {
    const world = leading();
    ask(world, { kind: 'lease-grant', id: 5n, ttlSeconds: 2 });
    ask(world, put('a', '', { lease: 5n }));
    ask(world, { kind: 'alarm', action: 'activate', alarm: 'corrupt', memberId: 1n });
    world.runUntil(world.now() + 10_000);
    expect(response(world, range('a'))).toMatchObject({ count: 1 });
    ask(world, { kind: 'alarm', action: 'deactivate', alarm: 'corrupt', memberId: 1n });
    world.runUntil(world.now() + 3_000);
    expect(response(world, range('a'))).toMatchObject({ count: 0 });
  });
});
