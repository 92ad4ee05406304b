import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { callRaw, refusal } from './etcd-client.ts';
import { clusterIdText, keyValue, memberIdText, txnOf } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const header = { cluster_id: clusterIdText, member_id: memberIdText, revision: '41', raft_term: '7' };

describe('Range', () => {
  test('passes every field on and gives every field back', async () => {
    const { client, database } = served;
    database.answer('range', {
      kind: 'range',
      kvs: [keyValue('a\xff', { lease: -5n })],
      more: true,
      count: 9,
      keysOnly: false,
    });
    const answer = await client.call('KV/Range', {
      key: Buffer.from('a\xff', 'latin1'),
      range_end: Buffer.of(0),
      limit: 3,
      revision: 12,
      sort_order: 2,
      sort_target: 4,
      serializable: true,
      keys_only: false,
      count_only: false,
      min_mod_revision: 1,
      max_mod_revision: 2,
      min_create_revision: 3,
      max_create_revision: 4,
    });
    expect(database.requests).toEqual([
      {
        kind: 'range',
        key: 'a\xff',
        rangeEnd: '\0',
        limit: 3,
        revision: 12,
        sortOrder: 'descend',
        sortTarget: 'value',
        serializable: true,
        keysOnly: false,
        countOnly: false,
        minModRevision: 1,
        maxModRevision: 2,
        minCreateRevision: 3,
        maxCreateRevision: 4,
      },
    ]);
    expect(answer).toMatchObject({
      header,
      kvs: [
        {
          key: Buffer.from('a\xff', 'latin1'),
          create_revision: '30',
          mod_revision: '40',
          version: '5',
          value: Buffer.of(1, 2, 3),
          lease: '-5',
        },
      ],
      more: true,
      count: '9',
    });
  });

  test('takes an empty range end for none, saturates numbers and leaves values out of keys_only', async () => {
    const { client, database } = served;
    database.answer('range', { kind: 'range', kvs: [keyValue('k')], more: false, count: 1, keysOnly: true });
    const int64Min = '-9223372036854775808';
    const answer = await client.call('KV/Range', {
      key: Buffer.from('k'),
      limit: int64Min,
      revision: '9223372036854775807',
      keys_only: true,
    });
    expect(database.requests[0]).toMatchObject({ rangeEnd: undefined, limit: -(2 ** 53), revision: 2 ** 53 });
    expect(answer.kvs[0]).toMatchObject({ mod_revision: '40' });
    expect(answer.kvs[0].value ?? Buffer.alloc(0)).toHaveLength(0);
  });

  test.each([
    [{ sort_order: 99 }, '3 etcdserver: invalid sort option'],
    [{ sort_target: 5 }, '3 etcdserver: invalid sort option'],
    [{ sort_target: -1 }, '3 etcdserver: invalid sort option'],
    [{ key: Buffer.alloc(0), sort_order: 99 }, '3 etcdserver: key is not provided'],
  ])('refuses sort options that nobody knows: %o', async (fields, words) => {
    expect(await refusal(served.client.call('KV/Range', { key: Buffer.from('k'), ...fields }))).toBe(words);
  });
});

describe('Put and DeleteRange', () => {
  test('pass every field on and give every field back', async () => {
    const { client, database } = served;
    database.answer('put', { kind: 'put', previous: keyValue('k') });
    database.answer('delete-range', { kind: 'delete-range', deleted: 2, previous: [keyValue('k'), keyValue('l')] });
    const put = await client.call('KV/Put', {
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      lease: '-7',
      prev_kv: true,
      ignore_value: true,
      ignore_lease: true,
    });
    const deleted = await client.call('KV/DeleteRange', {
      key: Buffer.from('k'),
      range_end: Buffer.from('z'),
      prev_kv: true,
    });
    expect(database.requests).toEqual([
      {
        kind: 'put',
        key: 'k',
        value: Uint8Array.of(118),
        lease: -7n,
        previousKv: true,
        ignoreValue: true,
        ignoreLease: true,
      },
      { kind: 'delete-range', key: 'k', rangeEnd: 'z', previousKv: true },
    ]);
    expect(put).toMatchObject({ header, prev_kv: { key: Buffer.from('k'), version: '5' } });
    expect(deleted).toMatchObject({ header, deleted: '2', prev_kvs: [{ key: Buffer.from('k') }, {}] });
  });

  test('an absent previous version is absent on the wire', async () => {
    served.database.answer('put', { kind: 'put', previous: undefined });
    expect((await served.client.call('KV/Put', { key: Buffer.from('k') })).prev_kv).toBeUndefined();
  });

  test('a value does not keep the message that brought it', async () => {
    const { client, database } = served;
    database.answer('put', { kind: 'put', previous: undefined });
    await client.call('KV/Put', { key: Buffer.from('key'), value: Buffer.from('value') });
    const [request] = database.requests;
    expect(request?.kind === 'put' && request.value.buffer.byteLength).toBe(5);
  });
});

describe('Txn', () => {
  const rangeOf = (key: string, fields: object = {}) => ({ request_range: { key: Buffer.from(key), ...fields } });
  const putOf = (key: string) => ({ request_put: { key: Buffer.from(key) } });

  test('passes compares and operations on, nested ones included', async () => {
    const { client, database } = served;
    database.answer('txn', { kind: 'txn', succeeded: true, responses: [] });
    const key = Buffer.from('k');
    await client.call('KV/Txn', {
      compare: [
        { key, result: 0, target: 0, version: 1 },
        { key, result: 1, target: 1, create_revision: 2 },
        { key, result: 2, target: 2, mod_revision: 3 },
        { key, result: 3, target: 3, value: Buffer.from('v'), range_end: Buffer.from('z') },
        { key, result: 0, target: 4, lease: '-1' },
        { key, result: 77, target: 88, version: 1 },
        { key, target: 0, mod_revision: 9 },
        { key, target: 3 },
      ],
      success: [rangeOf('a'), putOf('b'), { request_delete_range: { key: Buffer.from('c') } }],
      failure: [{ request_txn: { success: [putOf('d')] } }, {}],
    });
    const range = { key: 'k', rangeEnd: undefined };
    const request = txnOf(database.requests[0]);
    expect(request.compare).toEqual([
      { ...range, result: 'equal', target: { kind: 'version', version: 1 } },
      { ...range, result: 'greater', target: { kind: 'create', createRevision: 2 } },
      { ...range, result: 'less', target: { kind: 'mod', modRevision: 3 } },
      { key: 'k', rangeEnd: 'z', result: 'not-equal', target: { kind: 'value', value: Buffer.from('v') } },
      { ...range, result: 'equal', target: { kind: 'lease', lease: -1n } },
      { ...range, result: 'unknown', target: { kind: 'unknown' } },
      { ...range, result: 'equal', target: { kind: 'version', version: 0 } },
      { ...range, result: 'equal', target: { kind: 'value', value: new Uint8Array(0) } },
    ]);
    expect(request.success.map(({ kind }) => kind)).toEqual(['range', 'put', 'delete-range']);
    expect(request.failure).toMatchObject([{ kind: 'txn', success: [{ kind: 'put', key: 'd' }] }, { kind: 'empty' }]);
  });

  test('inner headers tell the revision alone, and nothing when nested', async () => {
    const { client, database } = served;
    const put = { revision: 41, response: { kind: 'put', previous: undefined } } as const;
    database.answer('txn', {
      kind: 'txn',
      succeeded: true,
      responses: [
        { revision: 40, response: { kind: 'range', kvs: [keyValue('a')], more: false, count: 1, keysOnly: false } },
        put,
        { revision: 41, response: { kind: 'delete-range', deleted: 1, previous: [] } },
        { revision: 41, response: { kind: 'txn', succeeded: false, responses: [put] } },
      ],
    });
    const answer = await client.call('KV/Txn', {});
    expect(answer).toMatchObject({ header, succeeded: true });
    const [range, putResponse, deleteRange, nested] = answer.responses;
    expect(range.response_range).toMatchObject({ count: '1', kvs: [{ key: Buffer.from('a') }] });
    // Nothing but what is said here: the client shows no field that was not sent.
    expect({ ...range.response_range.header }).toEqual({ revision: '40' });
    expect({ ...putResponse.response_put.header }).toEqual({ revision: '41' });
    expect({ ...deleteRange.response_delete_range.header }).toEqual({ revision: '41' });
    expect({ ...nested.response_txn.header }).toEqual({});
    expect({ ...nested.response_txn.responses[0].response_put.header }).toEqual({ revision: '41' });
  });

  test('an unknown sort option is named when the core comes to it, and not before', async () => {
    const { client, database } = served;
    const unsortable = rangeOf('a', { sort_order: 9 });
    database.answer('txn', new DatabaseError(clientErrors.keyNotFound));
    expect(await refusal(client.call('KV/Txn', { success: [unsortable, {}] }))).toBe(
      '3 etcdserver: invalid sort option',
    );
    expect(await refusal(client.call('KV/Txn', { success: [{}, unsortable] }))).toBe('3 etcdserver: key not found');
    expect(await refusal(client.call('KV/Txn', { success: [{}] }))).toBe('3 etcdserver: key not found');
    database.answer('txn', new DatabaseError(clientErrors.emptyKey));
    expect(await refusal(client.call('KV/Txn', { success: [rangeOf('', { sort_order: 9 })] }))).toBe(
      '3 etcdserver: key is not provided',
    );
    expect(txnOf(database.requests.at(-1)).success).toMatchObject([{ kind: 'range', key: '' }]);
  });

  test('may be nested as deep as etcd allows', async () => {
    const { client, database } = served;
    database.answer('txn', { kind: 'txn', succeeded: true, responses: [] });
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 200; depth++) nested = field(successNumber, field(requestTxnNumber, nested));
    await callRaw(client.client, '/etcdserverpb.KV/Txn', nested);
    let depth = 0;
    for (let at = txnOf(database.requests[0]); at.success[0]?.kind === 'txn'; at = at.success[0]) depth++;
    expect(depth).toBe(200);
  });
});

const successNumber = 2;
const requestTxnNumber = 4;

/** A field with bytes in it, as protobuf has it; the client's encoder does not go that deep. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2, (bytes.length & 127) | 128, bytes.length >> 7), bytes]);
}

describe('Compact', () => {
  test('passes both fields on', async () => {
    const { client, database } = served;
    database.answer('compact', { kind: 'compact' });
    expect(await client.call('KV/Compact', { revision: -3, physical: true })).toMatchObject({ header });
    expect(database.requests).toEqual([{ kind: 'compact', revision: -3, physical: true }]);
  });
});

describe('sizes', () => {
  const tooLarge = '3 etcdserver: request is too large';
  const key = Buffer.from('k');
  /** Of a put with a one-byte key and a value whose length takes three bytes. */
  const putOverhead = 3 + 4;
  const valueBytesMax = 1_572_864 - 18 - putOverhead;

  test('a write of 1.5 MiB as it would be logged passes, one byte more does not', async () => {
    const { client, database } = served;
    database.answer('put', { kind: 'put', previous: undefined });
    await client.call('KV/Put', { key, value: Buffer.alloc(valueBytesMax) });
    expect(await refusal(client.call('KV/Put', { key, value: Buffer.alloc(valueBytesMax + 1) }))).toBe(tooLarge);
    expect(database.requests).toHaveLength(1);
  });

  test('holds for deletions and transactions that may write, not for reads', async () => {
    const { client, database } = served;
    const large = Buffer.alloc(1_572_864);
    database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    database.answer('txn', { kind: 'txn', succeeded: true, responses: [] });
    const read = { request_range: { key: large } };
    const readNested = { request_txn: { failure: [{ request_range: { key } }] } };
    const writeNested = { request_txn: { failure: [{ request_delete_range: { key } }] } };
    await client.call('KV/Range', { key: large });
    await client.call('KV/Txn', { success: [read, readNested] });
    expect(await refusal(client.call('KV/DeleteRange', { key: large }))).toBe(tooLarge);
    expect(await refusal(client.call('KV/Txn', { success: [read, writeNested] }))).toBe(tooLarge);
  });

  test('a message over 2 MiB is not read', async () => {
    const { client } = served;
    const value = Buffer.alloc(3_000_000 - putOverhead - 1);
    expect(await refusal(client.call('KV/Put', { key, value }))).toBe(
      '8 grpc: received message larger than max (3000000 vs. 2097152)',
    );
  });
});
