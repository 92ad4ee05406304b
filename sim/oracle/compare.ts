import type { PlainKeyValue, PlainRangeRequest, PlainTxnRequest } from '../types/plain.ts';
import { candidatesOf, type DataRequest, type DataResponse, shownOf, sortValue } from './evaluate.ts';
import { show } from './model.ts';

/** How an answer differs from the one that is due, in words; undefined: it does not. */
export function differenceOf(
  request: DataRequest,
  found: DataResponse,
  due: DataResponse,
  all: (range: PlainRangeRequest) => readonly PlainKeyValue[],
): string | undefined {
  if (found.kind !== due.kind) return `a ${found.kind} answer, where ${due.kind} is due`;
  if (found.kind === 'put' && due.kind === 'put') {
    return sameKeyValue(found.previous, due.previous)
      ? undefined
      : `the value before is told as ${showKv(found.previous)}, due is ${showKv(due.previous)}`;
  }
  if (found.kind === 'delete-range' && due.kind === 'delete-range') {
    if (found.deleted !== due.deleted) return `${found.deleted} keys are told as deleted, due are ${due.deleted}`;
    return sameList(found.previous, due.previous) ? undefined : `the values before are told wrong`;
  }
  if (found.kind === 'range' && due.kind === 'range') {
    if (found.count !== due.count) return `count ${found.count}, due is ${due.count}`;
    if (found.more !== due.more) return `more is ${found.more}, due is ${due.more}`;
    if (sameList(found.kvs, due.kvs)) return undefined;
    if (request.kind === 'range' && isSameButForTies(request, found.kvs, due.kvs, all(request))) return undefined;
    return firstDifference(found.kvs, due.kvs);
  }
  if (found.kind === 'txn' && due.kind === 'txn' && request.kind === 'txn') {
    if (found.succeeded !== due.succeeded)
      return `its compares are told as ${found.succeeded}, due is ${due.succeeded}`;
    if (found.responses.length !== due.responses.length)
      return `${found.responses.length} answers, due are ${due.responses.length}`;
    return differenceInBranch(request, found, due, all);
  }
  return undefined;
}

function differenceInBranch(
  request: PlainTxnRequest,
  found: Extract<DataResponse, { readonly kind: 'txn' }>,
  due: Extract<DataResponse, { readonly kind: 'txn' }>,
  all: (range: PlainRangeRequest) => readonly PlainKeyValue[],
): string | undefined {
  const branch = (due.succeeded ? request.success : request.failure) ?? [];
  for (const [index, operation] of branch.entries()) {
    const one = found.responses[index]!;
    const other = due.responses[index]!;
    if (one.revision !== other.revision)
      return `operation ${index} is told revision ${one.revision}, due is ${other.revision}`;
    const difference = differenceOf(operation, one.response, other.response, all);
    if (difference !== undefined) return `operation ${index}: ${difference}`;
  }
  return undefined;
}

export function sameKeyValue(left: PlainKeyValue | undefined, right: PlainKeyValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.key === right.key &&
    left.modRevision === right.modRevision &&
    left.createRevision === right.createRevision &&
    left.version === right.version &&
    left.lease === right.lease &&
    left.value === right.value
  );
}

function sameList(left: readonly PlainKeyValue[], right: readonly PlainKeyValue[]): boolean {
  return left.length === right.length && left.every((kv, index) => sameKeyValue(kv, right[index]));
}

/** Nothing is promised about the order of what sorts alike, nor which of them a limit lets through. */
function isSameButForTies(
  request: PlainRangeRequest,
  found: readonly PlainKeyValue[],
  due: readonly PlainKeyValue[],
  all: readonly PlainKeyValue[],
): boolean {
  if ((request.sortTarget ?? 'key') === 'key' || found.length !== due.length) return false;
  const candidates = new Map(candidatesOf(request, all).map((kv) => [kv.key, kv]));
  for (const [index, kv] of found.entries()) {
    const candidate = candidates.get(kv.key);
    if (candidate === undefined || !sameKeyValue(kv, shownOf(request, candidate))) return false;
    candidates.delete(kv.key);
    if (sortValue(request, candidate) !== sortValue(request, allOf(all, due[index]!.key))) return false;
  }
  return true;
}

function allOf(all: readonly PlainKeyValue[], key: string): PlainKeyValue {
  const found = all.find((kv) => kv.key === key);
  if (found === undefined) throw new Error(`oracle: ${key} is due, but not in the range`);
  return found;
}

function firstDifference(found: readonly PlainKeyValue[], due: readonly PlainKeyValue[]): string {
  const index = due.findIndex((kv, at) => !sameKeyValue(kv, found[at]));
  if (index < 0) return `${found.length} key values, due are ${due.length}; too many: ${showKv(found[due.length])}`;
  return `key value ${index + 1} of ${found.length} is ${showKv(found[index])}, due is ${showKv(due[index])}`;
}

export function showKv(kv: PlainKeyValue | undefined): string {
  if (kv === undefined) return 'nothing';
  if (kv.version === 0) return `the deletion of ${show(kv.key)} at revision ${kv.modRevision}`;
  const lease = kv.lease === '0' ? '' : `, lease ${kv.lease}`;
  return `${show(kv.key)} = ${show(kv.value)} of revision ${kv.modRevision} (version ${kv.version}, created at ${kv.createRevision}${lease})`;
}
