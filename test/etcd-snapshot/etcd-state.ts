import { expect } from 'vitest';
import type { RawClient } from '../conformance/harness/raw-client.ts';
import { rangeOf } from '../conformance/harness/message.ts';
import { AuthDefinition } from '../../src/server/generated/etcdserverpb/auth.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import type { KeyValue } from '../../src/server/generated/mvccpb/kv.ts';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';

/** What two servers with the same content answer the same. */
export interface EtcdState {
  readonly revision: number;
  readonly compactRevision: number;
  /** Of each revision that is not compacted. */
  readonly hashes: readonly number[];
  readonly keys: readonly object[];
  readonly leases: readonly object[];
  readonly users: readonly object[];
  readonly roles: readonly object[];
}

export async function stateOf(client: RawClient, from?: number): Promise<EtcdState> {
  const everything = rangeOf({ key: '\0', rangeEnd: '\0' });
  const { header, kvs } = await client.call(KVDefinition, 'range', everything);
  const revision = Number(header!.revision);
  const newest = await client.call(MaintenanceDefinition, 'hashKV', { revision: 0n });
  const compactRevision = Math.max(0, Number(newest.compactRevision));
  const hashes: number[] = [];
  for (let at = from ?? compactRevision + 1; at <= revision; at++) {
    hashes.push((await client.call(MaintenanceDefinition, 'hashKV', { revision: BigInt(at) })).hash);
  }
  return {
    revision,
    compactRevision,
    hashes,
    keys: kvs.map(plainKey),
    leases: await leasesOf(client),
    ...(await authOf(client)),
  };
}

function plainKey({ key, value, ...numbers }: KeyValue): object {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const plain = Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, String(number)]));
  return { key: hex(key), value: hex(value), ...plain };
}

async function leasesOf(client: RawClient): Promise<readonly object[]> {
  const { leases } = await client.call(LeaseDefinition, 'leaseLeases', {});
  const found: { readonly id: string; readonly grantedTtl: string; readonly keys: readonly string[] }[] = [];
  for (const { ID } of leases) {
    const { grantedTTL, keys } = await client.call(LeaseDefinition, 'leaseTimeToLive', { ID, keys: true });
    const hexKeys = keys.map((key) => Buffer.from(key).toString('hex')).sort();
    found.push({ id: String(ID), grantedTtl: String(grantedTTL), keys: hexKeys });
  }
  return found.sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** A store in which auth is not enabled tells everybody. */
async function authOf(client: RawClient): Promise<Pick<EtcdState, 'users' | 'roles'>> {
  const users: object[] = [];
  for (const name of (await client.call(AuthDefinition, 'userList', {})).users) {
    users.push({ name, roles: (await client.call(AuthDefinition, 'userGet', { name })).roles });
  }
  const roles: object[] = [];
  for (const role of (await client.call(AuthDefinition, 'roleList', {})).roles) {
    const { perm } = await client.call(AuthDefinition, 'roleGet', { role });
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
    roles.push({ role, perm: perm.map(({ permType, key, rangeEnd }) => [permType, text(key), text(rangeEnd)]) });
  }
  return { users, roles };
}

/** Compactions of etcd's go on in the background after they are answered. */
export async function untilSame(client: RawClient, wanted: EtcdState): Promise<void> {
  await expect.poll(() => stateOf(client), { timeout: 20_000 }).toEqual(wanted);
}
