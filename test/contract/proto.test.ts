import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { protoFacts } from './proto-facts.ts';
import { goDefinitions } from './proto-of-go.ts';

/**
 * Our definitions and those that an etcd client brings with it are the same on the wire. What came after the client's version of etcd is
 * listed here, so that nothing of ours is unaccounted for.
 */
const laterThanClient = [
  'etcdserverpb.AuthUserAddRequest: string hashedPassword = 4',
  'etcdserverpb.AuthUserChangePasswordRequest: string hashedPassword = 3',
  'etcdserverpb.DowngradeInfo: bool enabled = 1',
  'etcdserverpb.DowngradeInfo: string targetVersion = 2',
  'etcdserverpb.DowngradeVersionTestRequest: string ver = 1',
  'etcdserverpb.HashKVResponse: int64 hash_revision = 4',
  'etcdserverpb.RangeStreamResponse: RangeResponse range_response = 1',
  'etcdserverpb.SnapshotResponse: string version = 4',
  'etcdserverpb.StatusResponse: DowngradeInfo downgradeInfo = 13',
  'etcdserverpb.StatusResponse: int64 dbSizeQuota = 12',
  'etcdserverpb.StatusResponse: string storageVersion = 11',
  'message etcdserverpb.DowngradeInfo',
  'message etcdserverpb.DowngradeVersionTestRequest',
  'message etcdserverpb.RangeStreamResponse',
  'rpc etcdserverpb.KV/RangeStream(RangeRequest) returns (stream RangeStreamResponse)',
];

const laterThan36 = [
  'etcdserverpb.RangeStreamResponse: RangeResponse range_response = 1',
  'message etcdserverpb.RangeStreamResponse',
  'rpc etcdserverpb.KV/RangeStream(RangeRequest) returns (stream RangeStreamResponse)',
];

/** Services that the client has no definitions of: it makes locks and elections itself. */
const unknownToClient = /^(message |rpc )?v3(lock|election)pb\./;

let ours: readonly string[];
let clients: readonly string[];

beforeAll(async () => {
  const files = readdirSync('proto', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.proto') && !/^(t4|grpc)\//.test(file),
  );
  ours = [...(await protoFacts('proto', files))];
  clients = [...(await protoFacts('node_modules/etcd3/proto', ['rpc.proto']))];
});

describe('our .proto files', () => {
  test('have every message, field, enum value and method of the client', () => {
    expect(clients.length).toBeGreaterThan(300);
    expect(clients.filter((fact) => !ours.includes(fact))).toEqual([]);
  });

  test('have beyond them only what later versions of etcd brought', () => {
    const beyond = ours.filter((fact) => !clients.includes(fact) && !unknownToClient.test(fact));
    expect(beyond.sort()).toEqual(laterThanClient);
  });

  test('are those of a newer etcd, locks and elections included', async ({ skip }) => {
    const definitions = goDefinitions();
    if (definitions === undefined) return skip('no etcd in the module cache of Go');
    const theirs = await definitions.facts();
    expect(theirs.filter((fact) => unknownToClient.test(fact))).toHaveLength(43);
    expect(theirs.filter((fact) => !ours.includes(fact))).toEqual([]);
    const beyond = ours.filter((fact) => !theirs.includes(fact)).sort();
    if (beyond.length > 0) expect(beyond).toEqual(laterThan36);
  });
});
