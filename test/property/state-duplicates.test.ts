import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TxnOperation, TxnRequest } from '../../src/core/types/request.ts';
import { checkDuplicates } from '../../src/core/write/check-duplicates.ts';

/**
 * The rule against duplicates, against the same rule written on plain lists: a transaction is sound when no put meets a put, or a delete that
 * etcd's check knows of when it looks at the put.
 */
interface Plain {
  readonly puts: readonly string[];
  readonly deletes: readonly { readonly start: string; readonly end: string }[];
}

class Conflict extends Error {}

function plainOf(operations: readonly TxnOperation[]): Plain {
  const deletes = operations.flatMap((operation) =>
    operation.kind === 'delete-range'
      ? [{ start: operation.key, end: operation.rangeEnd ?? `${operation.key}\0` }]
      : [],
  );
  const puts: string[] = [];
  const add = (keys: readonly string[]) => {
    for (const key of keys) {
      if (puts.includes(key)) throw new Conflict();
      if (deletes.some(({ start, end }) => key >= start && key < end)) throw new Conflict();
    }
    puts.push(...keys);
  };
  for (const operation of operations) {
    if (operation.kind !== 'txn') continue;
    const success = plainOf(operation.success);
    const failure = plainOf(operation.failure);
    add([...new Set([...success.puts, ...failure.puts])]);
    deletes.push(...success.deletes, ...failure.deletes);
  }
  for (const operation of operations) if (operation.kind === 'put') add([operation.key]);
  return { puts, deletes };
}

function isSound(request: TxnRequest): boolean {
  try {
    plainOf(request.success);
    plainOf(request.failure);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

const key = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', 'c', 'd'), minLength: 1, maxLength: 3 });
const value = new Uint8Array(0);
const put = key.map((each) => {
  const rest = { value, lease: 0n, previousKv: false, ignoreValue: false, ignoreLease: false };
  return { kind: 'put' as const, key: each, ...rest };
});
const deleteRange = fc.record({
  kind: fc.constant('delete-range' as const),
  key,
  rangeEnd: fc.oneof(fc.constant(undefined), key),
  previousKv: fc.constant(false),
});
const simple: fc.Arbitrary<TxnOperation> = fc.oneof(put, deleteRange);

function txn(operation: fc.Arbitrary<TxnOperation>): fc.Arbitrary<TxnRequest> {
  const branch = fc.array(operation, { maxLength: 3 });
  return fc.record({ kind: fc.constant('txn'), compare: fc.constant([]), success: branch, failure: branch });
}

const nested = fc.oneof(simple, txn(fc.oneof(simple, txn(simple))));

test('finds the conflicts that etcd finds, and no others', () => {
  const seen = { sound: 0, unsound: 0 };
  fc.assert(
    fc.property(txn(nested), (request) => {
      const sound = isSound(request);
      seen[sound ? 'sound' : 'unsound'] += 1;
      const expected = sound ? undefined : 'etcdserver: duplicate key given in txn request';
      expect(checkDuplicates(request)?.message).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(seen.sound, seen.unsound)).toBeGreaterThan(100);
});
