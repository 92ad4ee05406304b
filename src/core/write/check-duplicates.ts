import { clientErrors, type ClientError } from '../types/error.ts';
import type { ByteString } from '../types/bytes.ts';
import type { DeleteRangeRequest, TxnOperation, TxnRequest } from '../types/request.ts';
import { createOrderedMap, type OrderedMap } from '../state/ordered-map.ts';

/**
 * etcd's rule against a key that one transaction puts twice, or puts and deletes, with etcd's exceptions:
 * - the two branches of one transaction do not conflict with each other; two transactions nested side by side do;
 * - deletes do not conflict with deletes;
 * - a delete of everything from a key on (`"\0"`) conflicts with nothing, nor does a put in a nested transaction with a delete in a
 *   nested transaction after it: etcd's check does not see them, and clients may lean on it.
 */
export function checkDuplicates(request: TxnRequest): ClientError | undefined {
  const isSound = touchedBy(request.success) !== undefined && touchedBy(request.failure) !== undefined;
  return isSound ? undefined : clientErrors.duplicateKey;
}

interface Touched {
  readonly puts: Set<ByteString>;
  /** Disjoint intervals: start to exclusive end. */
  readonly deletes: OrderedMap<ByteString>;
}

/** Undefined: there is a conflict. */
function touchedBy(operations: readonly TxnOperation[]): Touched | undefined {
  const touched: Touched = { puts: new Set(), deletes: createOrderedMap() };
  for (const operation of operations) if (operation.kind === 'delete-range') addDelete(touched.deletes, operation);
  for (const operation of operations) {
    if (operation.kind === 'txn' && !addNested(touched, operation)) return undefined;
  }
  for (const operation of operations) {
    if (operation.kind !== 'put') continue;
    if (conflicts(touched, operation.key)) return undefined;
    touched.puts.add(operation.key);
  }
  return touched;
}

function addNested(touched: Touched, request: TxnRequest): boolean {
  const success = touchedBy(request.success);
  const failure = touchedBy(request.failure);
  if (success === undefined || failure === undefined) return false;
  const puts = new Set([...success.puts, ...failure.puts]);
  for (const key of puts) if (conflicts(touched, key)) return false;
  for (const key of puts) touched.puts.add(key);
  for (const { deletes } of [success, failure]) {
    deletes.visit('', undefined, (end, start) => {
      addInterval(touched.deletes, start, end);
      return true;
    });
  }
  return true;
}

function conflicts(touched: Touched, key: ByteString): boolean {
  if (touched.puts.has(key)) return true;
  const interval = touched.deletes.floor(key);
  return interval !== undefined && key < interval.value;
}

function addDelete(deletes: OrderedMap<ByteString>, request: DeleteRangeRequest): void {
  const end = request.rangeEnd ?? `${request.key}\0`;
  if (request.key < end) addInterval(deletes, request.key, end);
}

/** Melts the interval with those that it overlaps or touches. */
function addInterval(intervals: OrderedMap<ByteString>, start: ByteString, end: ByteString): void {
  const below = intervals.floor(start);
  const isMelted = below !== undefined && below.value >= start;
  const first = isMelted ? below.key : start;
  let last = isMelted && below.value > end ? below.value : end;
  const swallowed: ByteString[] = [];
  intervals.visit(first, undefined, (otherEnd, otherStart) => {
    if (otherStart > last) return false;
    swallowed.push(otherStart);
    if (otherEnd > last) last = otherEnd;
    return true;
  });
  for (const key of swallowed) intervals.delete(key);
  intervals.set(first, last);
}
