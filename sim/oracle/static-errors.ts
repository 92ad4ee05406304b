import type { PlainRange, PlainRequest, PlainTxnOperation, PlainTxnRequest } from '../types/plain.ts';
import { isInRange } from './model.ts';

/**
 * What etcd refuses whatever the state is: every reason that holds, so that a checker need not know which one comes first.
 *
 * etcd's check for keys that a transaction puts twice, or puts and deletes, does not see a delete of everything from a key on, nor a put in a nested
 * transaction and a delete in one behind it. Such requests may be refused or taken: `certain` leaves them out.
 */

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

export function staticErrors(request: PlainRequest, which: 'certain' | 'possible'): readonly string[] {
  if (request.kind === 'lease-grant') return request.ttlSeconds > ttlSecondsMax ? [words.ttlTooLarge] : [];
  if (!isOperation(request)) return [];
  const operation: PlainTxnOperation = request;
  const errors = new Set<string>();
  check(operation, operationsMax, errors);
  if (operation.kind === 'txn') addDuplicates(operation, errors, which === 'possible');
  return [...errors];
}

function isOperation(request: PlainRequest): request is PlainRequest & PlainTxnOperation {
  const { kind } = request;
  return kind === 'range' || kind === 'put' || kind === 'delete-range' || kind === 'txn';
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
function addDuplicates(request: PlainTxnRequest, errors: Set<string>, isStrict: boolean): Footprint {
  const union: Footprint = { puts: new Set(), deletes: [] };
  for (const branch of [request.success ?? [], request.failure ?? []]) {
    const own = footprintOf(branch, errors, isStrict);
    for (const key of own.puts) union.puts.add(key);
    union.deletes.push(...own.deletes);
  }
  return union;
}

function footprintOf(branch: readonly PlainTxnOperation[], errors: Set<string>, isStrict: boolean): Footprint {
  const own: Footprint = { puts: new Set(), deletes: [] };
  const addPut = (key: string) => {
    const clashes = own.puts.has(key) || own.deletes.some((range) => isInRange(key, range));
    if (clashes) errors.add(words.duplicateKey);
    own.puts.add(key);
  };
  for (const operation of branch) {
    if (operation.kind === 'delete-range' && (isStrict || operation.rangeEnd !== '\0')) own.deletes.push(operation);
  }
  for (const operation of branch) {
    if (operation.kind !== 'txn') continue;
    const nested = addDuplicates(operation, errors, isStrict);
    const hidden = [...own.puts].some((key) => nested.deletes.some((range) => isInRange(key, range)));
    if (hidden && isStrict) errors.add(words.duplicateKey);
    const clashes = [...nested.puts].some(
      (key) => own.puts.has(key) || own.deletes.some((range) => isInRange(key, range)),
    );
    if (clashes) errors.add(words.duplicateKey);
    for (const key of nested.puts) own.puts.add(key);
    own.deletes.push(...nested.deletes);
  }
  for (const operation of branch) if (operation.kind === 'put') addPut(operation.key);
  return own;
}
