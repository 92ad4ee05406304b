import { AuthDefinition } from '../../src/server/generated/etcdserverpb/auth.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { deleteOf, op, putOf } from '../conformance/harness/message.ts';
import type { RawClient } from '../conformance/harness/raw-client.ts';

const largeBytes = 200_000;

const leaves = { noPassword: false };

/** Users and roles, without which the switch is not turned. */
async function knowSome(client: RawClient): Promise<void> {
  const call = <Name extends keyof typeof AuthDefinition.methods>(
    method: Name,
    request: ReturnType<(typeof AuthDefinition.methods)[Name]['requestType']['decode']>,
  ) => client.call(AuthDefinition, method, request);
  for (const [name, password] of [
    ['root', 'secret'],
    ['alice', 'wonder'],
  ] as const) {
    await call('userAdd', { name, password, options: leaves, hashedPassword: '' });
  }
  await call('userAdd', { name: 'certified', password: '', options: { noPassword: true }, hashedPassword: '' });
  await call('roleAdd', { name: 'writer' });
  for (const [key, rangeEnd, permType] of [
    ['key-', 'key.', 2],
    ['a', '', 0],
    ['m', '\0', 1],
  ] as const) {
    const perm = { permType, key: Buffer.from(key), rangeEnd: Buffer.from(rangeEnd) };
    await call('roleGrantPermission', { name: 'writer', perm });
  }
  await call('userGrantRole', { user: 'root', role: 'root' });
  await call('userGrantRole', { user: 'alice', role: 'writer' });
}

/** A history with everything in it that a snapshot has to carry. */
export async function liveSome(client: RawClient, { firstLease = 77n, users = true } = {}): Promise<void> {
  const put = (key: string, value: string, lease = 0n) =>
    client.call(KVDefinition, 'put', putOf({ key, value, lease }));
  const txn = (success: readonly ReturnType<typeof op.put>[]) =>
    client.call(KVDefinition, 'txn', { compare: [], success: [...success], failure: [] });
  const deleteKeys = (key: string, rangeEnd = '') =>
    client.call(KVDefinition, 'deleteRange', deleteOf({ key, rangeEnd }));
  if (users) await knowSome(client);
  await client.call(LeaseDefinition, 'leaseGrant', { ID: firstLease, TTL: 6_000n });
  await client.call(LeaseDefinition, 'leaseGrant', { ID: -firstLease, TTL: 7_000n });
  await client.call(LeaseDefinition, 'leaseGrant', { ID: firstLease + 1n, TTL: 8_000n });
  for (let index = 0; index < 60; index++) await put(`key-${index % 25}`, `value ${index}`);
  await put('leased', 'one', firstLease);
  await put('negative', 'two', -firstLease);
  await put('empty', '');
  await put('binary\xff\x00\x80', '\x00\xff');
  await txn([
    op.put('txn-b', '1'),
    op.put('txn-a', '2'),
    op.delete({ key: 'key-1' }),
    op.put('leased-too', '3', { lease: firstLease }),
  ]);
  await deleteKeys('key-2', 'key-3');
  const { header } = await put('key-3', 'again');
  await client.call(KVDefinition, 'compact', { revision: header!.revision - 5n, physical: true });
  await put('large', 'x'.repeat(largeBytes));
  await deleteKeys('key-4');
  await put('key-4', 'reborn');
  await txn(Array.from({ length: 40 }, (_, index) => op.put(`many-${index}`, 'y'.repeat(index * 30))));
  await deleteKeys('many-7');
}
