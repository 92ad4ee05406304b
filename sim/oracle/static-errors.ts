import type { PlainRange, PlainRequest, PlainTxnOperation, PlainTxnRequest } from '../types/plain.ts';
import { isInRange } from './model.ts';

/** What etcd refuses whatever the state is: every reason that holds, so that a checker need not know which one comes first. */

const words = {
  emptyKey: 'etcdserver: key is not provided',
  valueProvided: 'etcdserver: value is provided',
  leaseProvided: 'etcdserver: lease is provided',
  tooManyOperations: 'etcdserver: too many operations in txn request',
  duplicateKey: 'etcdserver: duplicate key given in txn request',
  ttlTooLarge: 'etcdserver: too large lease TTL',
} as const;

export const staticErrorWords: ReadonlySet<string> = new Set(Object.values(words));

const operationsMax = 128;
const ttlSecondsMax = 9_000_000_000;

export function staticErrors(request: PlainRequest): readonly string[] {
  if (request.kind === 'lease-grant') return request.ttlSeconds > ttlSecondsMax ? [words.ttlTooLarge] : [];
  if (request.kind === 'compact' || request.kind.startsWith('lease-')) return [];
  const operation = request as PlainTxnOperation;
  const errors = new Set<string>();
  check(operation, operationsMax, errors);
  if (operation.kind === 'txn') addDuplicates(operation, errors);
  return [...errors];
}

function check(operation: PlainTxnOperation, allowed: number, errors: Set<string>): void {
  if (operation.kind === 'txn') {
    checkTxn(operation, allowed, errors);
    return;
  }
  if (operation.key === '') errors.add(words.emptyKey);
  if (operation.kind !== 'put') return;
  if (operation.ignoreValue === true && (operation.value ?? '') !== '') errors.add(words.valueProvided);
  if (operation.ignoreLease === true && (operation.lease ?? '0') !== '0') errors.add(words.leaseProvided);
}

function checkTxn({ compare = [], success = [], failure = [] }: PlainTxnRequest, allowed: number, errors: Set<string>) {
  const longest = Math.max(compare.length, success.length, failure.length);
  if (longest > allowed) errors.add(words.tooManyOperations);
  if (compare.some(({ key }) => key === '')) errors.add(words.emptyKey);
  for (const inner of [...success, ...failure]) check(inner, allowed - longest, errors);
}

interface Footprint {
  readonly puts: Set<string>;
  readonly deletes: PlainRange[];
}

/** A key may be put once, and not be put and deleted: in each branch, with what is nested in it. */
function addDuplicates({ success = [], failure = [] }: PlainTxnRequest, errors: Set<string>): Footprint {
  const union: Footprint = { puts: new Set(), deletes: [] };
  for (const branch of [success, failure]) {
    const own: Footprint = { puts: new Set(), deletes: [] };
    for (const operation of branch) join(own, footprintOf(operation, errors), errors);
    for (const key of own.puts) union.puts.add(key);
    union.deletes.push(...own.deletes);
  }
  return union;
}

function footprintOf(operation: PlainTxnOperation, errors: Set<string>): Footprint {
  switch (operation.kind) {
    case 'txn':
      return addDuplicates(operation, errors);
    case 'put':
      return { puts: new Set([operation.key]), deletes: [] };
    case 'delete-range':
      return { puts: new Set(), deletes: [operation] };
    case 'range':
      return { puts: new Set(), deletes: [] };
  }
}

function join(into: Footprint, other: Footprint, errors: Set<string>): void {
  const clashes =
    [...other.puts].some((key) => into.puts.has(key) || into.deletes.some((range) => isInRange(key, range))) ||
    [...into.puts].some((key) => other.deletes.some((range) => isInRange(key, range)));
  if (clashes) errors.add(words.duplicateKey);
  for (const key of other.puts) into.puts.add(key);
  into.deletes.push(...other.deletes);
}
