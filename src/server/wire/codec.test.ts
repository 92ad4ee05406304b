import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../host/database.ts';
import { TxnRequest } from '../generated/etcdserverpb/kv.ts';
import { requestMessagesMax } from '../limits.ts';
import { decodeWith } from './codec.ts';

/** Transactions in transactions, from the inside out. */
function nested(depth: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let level = 1; level < depth; level++) {
    // Field 4 of an operation, field 2 of a transaction.
    bytes = Buffer.concat([Buffer.from([0x22]), varint(bytes.length), bytes]);
    bytes = Buffer.concat([Buffer.from([0x12]), varint(bytes.length), bytes]);
  }
  return bytes;
}

function varint(number: number): Buffer {
  return number < 128
    ? Buffer.from([number])
    : Buffer.concat([Buffer.from([(number & 127) | 128]), varint(number >>> 7)]);
}

function refusalOf(bytes: Uint8Array): unknown {
  try {
    decodeWith(TxnRequest, bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return error.clientError;
    throw error;
  }
  throw new Error('decoded');
}

describe('decodeWith', () => {
  test('takes whatever a transaction may hold', () => {
    expect(decodeWith(TxnRequest, nested(129)).success).toHaveLength(1);
  });

  test.each([1_000, 3_000, 5_000])('%i transactions in one another are too many, whatever the stack', (depth) => {
    expect(refusalOf(nested(depth))).toEqual({
      status: 'InvalidArgument',
      message: 'etcdserver: too many operations in txn request',
    });
  });

  test('more messages than any request has are not made into objects', () => {
    const empty = [0x0a, 0, 0x12, 0, 0x1a, 0];
    const messages = (count: number) => Buffer.alloc(2 * count, Buffer.from(empty));
    expect(decodeWith(TxnRequest, messages(requestMessagesMax)).compare.length).toBe(Math.ceil(requestMessagesMax / 3));
    expect(refusalOf(messages(requestMessagesMax + 1))).toEqual({
      status: 'InvalidArgument',
      message: 'etcdserver: too many operations in txn request',
    });
  });

  test('bytes that are no message', () => {
    expect(refusalOf(Buffer.from([0xff, 0xff]))).toEqual({
      status: 'Internal',
      message: expect.stringMatching(/^grpc: error unmarshalling request: ./) as string,
    });
  });
});
