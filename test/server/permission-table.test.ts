import { fromJson, toBinary, type DescMethod, type JsonValue } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { descriptors } from '../../src/server/descriptors.ts';
import { gatewayPaths } from '../../src/server/gateway/paths.ts';
import { anyBytesOf } from './permissions/any-message.ts';
import {
  type CallerName,
  type GuardedServer,
  marker,
  patienceMs,
  secretKey,
  secretLease,
  startGuardedServer,
  strangers,
} from './permissions/guarded-server.ts';
import { type Line, type Need, permissionTable } from './permissions/table.ts';

/** No way in: every method of every service, called by those who may not, on a real server that has something to lose. */
let guarded: GuardedServer;

beforeAll(async () => {
  guarded = await startGuardedServer();
});

afterAll(() => guarded.stop());

const lines = Object.entries(permissionTable);
const guardedLines = lines.filter(([, { need }]) => need !== 'nothing' && need !== 'no-bad-token');

function methodOf(name: string) {
  return guarded.methods.find(({ path }) => `${path.service}/${path.method}` === name)!;
}

function typesOf(name: string): DescMethod {
  const [service, method] = name.split('/') as [string, string];
  const found = descriptors()
    .getService(service)
    ?.methods.find((candidate) => candidate.name === method);
  if (found === undefined) throw new Error(`the descriptors know no ${name}`);
  return found;
}

function sampleOf(name: string, { sample }: Line): Buffer {
  const { input } = typesOf(name);
  return Buffer.from(toBinary(input, fromJson(input, sample as JsonValue)));
}

const nobody: CallerName = 'who may do nothing';
const refusals = {
  'without a token': 'user name is empty',
  'with a token of nobody': 'invalid auth token',
  'with an expired token': 'invalid auth token',
  'with a void token': 'invalid auth token',
  [nobody]: 'permission denied',
} as const;

function isRefused(caller: Exclude<CallerName, 'root'>, need: Need): boolean {
  switch (need) {
    case 'nothing':
      return false;
    case 'no-bad-token':
      return refusals[caller] === 'invalid auth token';
    case 'user':
      return caller !== nobody;
    case 'root':
    case 'keys':
      return true;
  }
}

function expectEnd(ended: string, caller: Exclude<CallerName, 'root'>, need: Need): void {
  if (isRefused(caller, need)) expect(ended).toContain(refusals[caller]);
  else for (const words of Object.values(refusals)) expect(ended).not.toContain(words);
}

/** How it ended, in words: also the one that a watch is told inside its stream. */
async function outcome(name: string, request: Buffer, caller: CallerName): Promise<string> {
  const { messages, refusal } = await guarded.call(methodOf(name), request, caller, patienceMs);
  const text = Buffer.concat([...messages, Buffer.from(refusal ?? '')]).toString('latin1');
  if (caller !== 'root') expect(text).not.toContain(marker);
  return refusal ?? text;
}

test('the table has a line for each method, and no other', () => {
  const served = guarded.methods.map(({ path }) => `${path.service}/${path.method}`);
  const declared = [...descriptors()]
    .filter((description) => description.kind === 'service')
    .flatMap((service) => service.methods.map(({ name }) => `${service.typeName}/${name}`));
  expect([...new Set([...served, ...declared])].sort()).toEqual(lines.map(([name]) => name).sort());
  for (const name of Object.values(gatewayPaths)) expect(permissionTable[name], name).toBeDefined();
});

describe.each([...strangers, nobody] as const)('somebody %s', (caller) => {
  test.each(lines)('%s', async (name, line) => {
    const before = await guarded.fingerprint();
    const ended = await outcome(name, sampleOf(name, line), caller);
    expectEnd(ended, caller, line.need);
    expect(await guarded.fingerprint()).toBe(before);
  });

  const texts = ['', 'root', 'nobody', 'changed', 'secret', 'http://127.0.0.1:1', '3.5.0'];
  const key = Buffer.from(secretKey);
  const bytes = [Buffer.of(), Buffer.of(0), key, Buffer.from('secret/'), Buffer.from('secret0'), Buffer.of(0xff)];
  const integers = [0n, 1n, -1n, 2n, 3n, secretLease, 2n ** 62n];

  test.each(guardedLines)('%s, whatever is asked', async (name, line) => {
    const before = await guarded.fingerprint();
    const isStream = methodOf(name).kind !== 'unary';
    // Some of what a watch is asked has no answer.
    const firstMs = line.need === 'root' ? patienceMs : 50;
    await fc.assert(
      fc.asyncProperty(anyBytesOf(typesOf(name).input, { texts, bytes, integers }), async (request) => {
        const { messages, refusal } = await guarded.call(methodOf(name), request, caller, firstMs);
        expect(Buffer.concat([...messages]).toString('latin1')).not.toContain(marker);
        const mayGoWell = line.need !== 'root' || (line.sometimes === true && caller === nobody);
        if (!mayGoWell) expect(refusal).toBeDefined();
      }),
      { numRuns: isStream ? 4 : 8 },
    );
    expect(await guarded.fingerprint()).toBe(before);
  });

  test.each(Object.entries(gatewayPaths))('POST %s', async (path, name) => {
    const before = await guarded.fingerprint();
    const line = permissionTable[name]!;
    for (const prefix of ['/v3/', '/v3beta/']) {
      const ended = await posted(path.replace('/v3/', prefix), line.sample, caller);
      expect(ended).not.toContain(marker);
      expectEnd(ended, caller, line.need);
    }
    expect(await guarded.fingerprint()).toBe(before);
  });
});

/** What the gateway sends, up to the first message of a stream. */
async function posted(path: string, body: object, caller: CallerName): Promise<string> {
  const token = guarded.tokenOf(caller);
  const controller = new AbortController();
  const response = await fetch(`http://${guarded.httpAddress(caller)}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: JSON.stringify(body),
    headers: token === undefined ? {} : { authorization: token },
    signal: controller.signal,
  });
  const { value } = await response.body!.getReader().read();
  controller.abort();
  return Buffer.from(value ?? []).toString();
}

test.each(['/health', '/livez?verbose', '/readyz?verbose', '/version', '/metrics', '/debug/vars'])(
  'GET %s tells nothing that is stored',
  async (path) => {
    const response = await fetch(`http://${guarded.httpAddress('without a token')}${path}`);
    const text = await response.text();
    expect(response.status).toBe(200);
    for (const secret of [marker, secretKey, String(secretLease), 'nobody']) expect(text).not.toContain(secret);
  },
);

test.each(['/', '/v3', '/v3/', '/v3/kv', '/v2/keys', '/v3alpha/kv/range', '/v3/kv/range/', '//v3/kv/range'])(
  'POST %s leads nowhere',
  async (path) => {
    const ended = await posted(path, permissionTable['etcdserverpb.KV/Range']!.sample, 'root');
    expect(ended).not.toContain(marker);
  },
);

/** It knows no users, so that nobody has to say who he is: to be told who there is, and how it is. */
test('a node that stands by tells of nodes alone, and does nothing', async () => {
  const standby = await guarded.startStandby();
  const before = await guarded.fingerprint();
  const answered: string[] = [];
  for (const [name, line] of lines) {
    const { messages, refusal } = await standby.call(methodOf(name), sampleOf(name, line));
    const text = Buffer.concat([...messages, Buffer.from(refusal ?? '')]).toString('latin1');
    for (const secret of [marker, secretKey, 'nobody']) expect(text, name).not.toContain(secret);
    if (refusal === undefined) answered.push(name);
    else
      expect(refusal, name).toMatch(
        /does not lead|no connection available|no leader|not leader|not implemented|unknown service/,
      );
  }
  expect(answered).toEqual([
    'etcdserverpb.Cluster/MemberList',
    'etcdserverpb.Maintenance/Status',
    'grpc.health.v1.Health/Check',
    'grpc.health.v1.Health/Watch',
    'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    't4.v1.Admin/Usage',
  ]);
  expect(await guarded.fingerprint()).toBe(before);
  await standby.stop();
});

/** Or all of the above would hold on a server that refuses everybody. */
test('root may do all of it', async () => {
  const last = 'etcdserverpb.Auth/AuthDisable';
  for (const [name, line] of [...lines.filter(([name]) => name !== last), [last, permissionTable[last]!] as const]) {
    const ended = await outcome(name, sampleOf(name, line), 'root');
    for (const words of Object.values(refusals)) expect(ended, name).not.toContain(words);
  }
});
