import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { protoFacts } from './proto-facts.ts';

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

let ours: readonly string[];
let clients: readonly string[];

beforeAll(async () => {
  const files = readdirSync('proto', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.proto') && !file.startsWith('t4/'),
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
    expect(ours.filter((fact) => !clients.includes(fact)).sort()).toEqual(laterThanClient);
  });
});
