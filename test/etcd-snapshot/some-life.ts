import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { deleteOf, op, putOf } from '../conformance/harness/message.ts';
import type { RawClient } from '../conformance/harness/raw-client.ts';

const largeBytes = 200_000;

/** A history with everything in it that a snapshot has to carry. */
export async function liveSome(client: RawClient, { firstLease = 77n } = {}): Promise<void> {
  const put = (key: string, value: string, lease = 0n) =>
    client.call(KVDefinition, 'put', putOf({ key, value, lease }));
  const txn = (success: readonly ReturnType<typeof op.put>[]) =>
    client.call(KVDefinition, 'txn', { compare: [], success: [...success], failure: [] });
  const deleteKeys = (key: string, rangeEnd = '') =>
    client.call(KVDefinition, 'deleteRange', deleteOf({ key, rangeEnd }));
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
