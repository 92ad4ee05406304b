import type {
  PlainCompare,
  PlainKeyValue,
  PlainPutRequest,
  PlainRangeRequest,
  PlainRangeResponse,
  PlainResponse,
  PlainTxnOperation,
  PlainTxnRequest,
  PlainTxnResponse,
} from '../types/plain.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import { isInRange, leaseLivesAt, liveAt, type Model, type ModelVersion, rangeAt, tombstone } from './model.ts';
import { staticErrors } from './static-errors.ts';

/** The state on which a request is evaluated: a revision, and what else held then. */
export interface View {
  readonly revision: number;
  /** Where leases are looked up. */
  readonly moment: number;
  readonly compactRevision: number;
}

export function viewAt(model: Model, moment: number): View {
  return { revision: model.revisionAt[moment]!, moment, compactRevision: model.compactRevisionAt[moment]! };
}

export type DataRequest = PlainTxnOperation;
export type DataResponse = Extract<PlainResponse, { readonly kind: PlainTxnOperation['kind'] }>;

export interface Evaluated {
  /** Every refusal that etcd could give, whichever it looks at first. None: `response` and `operations` hold. */
  readonly errors: ReadonlySet<string>;
  readonly response: DataResponse;
  /** What it writes; none: it takes no revision. */
  readonly operations: readonly DecodedOperation[];
}

export const errorWords = {
  compacted: 'etcdserver: mvcc: required revision has been compacted',
  future: 'etcdserver: mvcc: required revision is a future revision',
  leaseNotFound: 'etcdserver: requested lease not found',
  leaseExists: 'etcdserver: lease already exists',
  keyNotFound: 'etcdserver: key not found',
} as const;

/** What the request comes to on that state. */
export function evaluate(model: Model, request: DataRequest, view: View): Evaluated {
  const errors = new Set<string>(staticErrors(request, 'certain'));
  const run: Run = { model, view, errors, written: new Map(), operations: [], isTxn: request.kind === 'txn' };
  return { errors, response: runOperation(run, request), operations: run.operations };
}

interface Run {
  readonly model: Model;
  readonly view: View;
  readonly errors: Set<string>;
  /** What this request itself wrote so far, tombstones too. */
  readonly written: Map<string, ModelVersion>;
  readonly operations: DecodedOperation[];
  readonly isTxn: boolean;
}

function runOperation(run: Run, operation: PlainTxnOperation): DataResponse {
  switch (operation.kind) {
    case 'range':
      return runRange(run, operation);
    case 'put':
      return runPut(run, operation);
    case 'delete-range': {
      const deleted = currentRange(run, operation);
      for (const { key } of deleted)
        write(run, { kind: 'delete', key }, (sub) => tombstone(key, newRevision(run), sub));
      return {
        kind: 'delete-range',
        deleted: deleted.length,
        previous: operation.previousKv === true ? deleted.map(plainOf) : [],
      };
    }
    case 'txn':
      return runTxn(run, operation);
  }
}

function newRevision(run: Run): number {
  return run.view.revision + 1;
}

function write(run: Run, operation: DecodedOperation, made: (sub: number) => ModelVersion): void {
  run.written.set(operation.key, made(run.operations.length));
  run.operations.push(operation);
}

function current(run: Run, key: string): ModelVersion | undefined {
  const own = run.written.get(key);
  if (own !== undefined) return own.version === 0 ? undefined : own;
  return liveAt(run.model, key, run.view.revision);
}

function currentRange(run: Run, range: { readonly key: string; readonly rangeEnd?: string }): readonly ModelVersion[] {
  const before = rangeAt(run.model, range, run.view.revision);
  if (run.written.size === 0) return before;
  const merged = before.filter((version) => !run.written.has(version.key));
  for (const own of run.written.values()) if (own.version > 0 && isInRange(own.key, range)) merged.push(own);
  return merged.sort(byKey);
}

function runPut(run: Run, request: PlainPutRequest): DataResponse {
  const before = current(run, request.key);
  const keeps = request.ignoreValue === true || request.ignoreLease === true;
  if (keeps && before === undefined) run.errors.add(errorWords.keyNotFound);
  const lease = request.ignoreLease === true ? (before?.lease ?? '0') : (request.lease ?? '0');
  const isAttached = request.ignoreLease !== true && lease !== '0';
  if (isAttached && !leaseLivesAt(run.model, lease, run.view.moment)) run.errors.add(errorWords.leaseNotFound);
  const value = request.ignoreValue === true ? (before?.value ?? '') : (request.value ?? '');
  const revision = newRevision(run);
  const createRevision = before?.createRevision ?? revision;
  const version = (before?.version ?? 0) + 1;
  const { key } = request;
  write(run, { kind: 'put', key, value, lease, createRevision, version }, (sub) => {
    return { key, value, lease, createRevision, version, modRevision: revision, sub };
  });
  if (request.previousKv !== true || before === undefined) return { kind: 'put' };
  return { kind: 'put', previous: plainOf(before) };
}

function runTxn(run: Run, request: PlainTxnRequest): PlainTxnResponse {
  return runPlanned(run, plan(run, request));
}

interface Plan {
  readonly succeeded: boolean;
  readonly operations: readonly (Exclude<PlainTxnOperation, PlainTxnRequest> | Plan)[];
}

/** All compares, those of nested transactions too, see the state before the transaction. */
function plan(run: Run, request: PlainTxnRequest): Plan {
  const succeeded = (request.compare ?? []).every((compare) => holds(run, compare));
  const branch = (succeeded ? request.success : request.failure) ?? [];
  return {
    succeeded,
    operations: branch.map((operation) => (operation.kind === 'txn' ? plan(run, operation) : operation)),
  };
}

function runPlanned(run: Run, { succeeded, operations }: Plan): PlainTxnResponse {
  const responses = operations.map((operation) => {
    const response = 'kind' in operation ? runOperation(run, operation) : runPlanned(run, operation);
    return { revision: run.operations.length > 0 ? newRevision(run) : run.view.revision, response };
  });
  return { kind: 'txn', succeeded, responses };
}

function holds(run: Run, compare: PlainCompare): boolean {
  const versions = rangeAt(run.model, compare, run.view.revision);
  if (versions.length > 0) return versions.every((version) => isSatisfied(compare, version));
  return compare.target.kind !== 'value' && isSatisfied(compare, tombstone(compare.key, 0, 0));
}

function isSatisfied(compare: PlainCompare, version: PlainKeyValue): boolean {
  const order = orderTo(compare.target, version);
  switch (compare.result ?? 'equal') {
    case 'equal':
      return order === 0;
    case 'not-equal':
      return order !== 0;
    case 'greater':
      return order > 0;
    case 'less':
      return order < 0;
  }
}

function orderTo(target: PlainCompare['target'], version: PlainKeyValue): number {
  switch (target.kind) {
    case 'version':
      return version.version - target.version;
    case 'create':
      return version.createRevision - target.createRevision;
    case 'mod':
      // A key that is not there has been put at revision 0.
      return (version.version === 0 ? 0 : version.modRevision) - target.modRevision;
    case 'value':
      return order(version.value, target.value);
    case 'lease':
      return order(BigInt(version.lease), BigInt(target.lease));
  }
}

function order<Value extends string | bigint | number>(left: Value, right: Value): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function byKey(left: PlainKeyValue, right: PlainKeyValue): number {
  return order(left.key, right.key);
}

function runRange(run: Run, request: PlainRangeRequest): PlainRangeResponse {
  const asked = request.revision ?? 0;
  checkRevision(run, asked);
  const all = asked <= 0 ? currentRange(run, request) : rangeAt(run.model, request, asked);
  if (request.countOnly === true) return { kind: 'range', kvs: [], more: false, count: all.length };
  const { shown, more } = select(request, all);
  return { kind: 'range', kvs: shown.map((kv) => shownOf(request, kv)), more, count: all.length };
}

function checkRevision(run: Run, asked: number): void {
  const { revision, compactRevision } = run.view;
  if (asked > revision) run.errors.add(errorWords.future);
  if (asked > 0 && asked < compactRevision) run.errors.add(errorWords.compacted);
  // Only inside a transaction does etcd take a negative revision for one, of a store compacted at -1 before its first compaction.
  if (run.isTxn && asked < 0 && asked < (compactRevision === 0 ? -1 : compactRevision)) {
    run.errors.add(errorWords.compacted);
  }
}

/** What a range shows of a key value. */
export function shownOf(request: PlainRangeRequest, kv: PlainKeyValue): PlainKeyValue {
  const plain = plainOf(kv);
  return request.keysOnly === true ? { ...plain, value: '' } : plain;
}

/** Filter, sort, cut. Without an order, sorting by anything but the key sees only what the limit and one more let through. */
function select(
  request: PlainRangeRequest,
  all: readonly ModelVersion[],
): { readonly shown: readonly ModelVersion[]; readonly more: boolean } {
  const limit = request.limit !== undefined && request.limit > 0 ? request.limit : Infinity;
  const sorts = (request.sortOrder ?? 'none') !== 'none' || (request.sortTarget ?? 'key') !== 'key';
  let shown = candidatesOf(request, all);
  if (sorts) {
    const sign = request.sortOrder === 'descend' ? -1 : 1;
    shown = [...shown].sort((left, right) => sign * order(sortValue(request, left), sortValue(request, right)));
  }
  return { shown: shown.slice(0, limit), more: shown.length > limit };
}

/** Those of which sorting and cutting choose. */
export function candidatesOf<Kv extends PlainKeyValue>(request: PlainRangeRequest, all: readonly Kv[]): readonly Kv[] {
  const limit = request.limit !== undefined && request.limit > 0 ? request.limit : Infinity;
  if (hasFilters(request)) return all.filter((kv) => passes(request, kv));
  return (request.sortOrder ?? 'none') === 'none' ? all.slice(0, limit + 1) : all;
}

function hasFilters(request: PlainRangeRequest): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = request;
  return minModRevision !== 0 || maxModRevision !== 0 || minCreateRevision !== 0 || maxCreateRevision !== 0;
}

function passes(request: PlainRangeRequest, kv: PlainKeyValue): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = request;
  if (minModRevision !== 0 && kv.modRevision < minModRevision) return false;
  if (maxModRevision !== 0 && kv.modRevision > maxModRevision) return false;
  if (minCreateRevision !== 0 && kv.createRevision < minCreateRevision) return false;
  return maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision;
}

export function sortValue(request: PlainRangeRequest, kv: PlainKeyValue): string | number {
  switch (request.sortTarget ?? 'key') {
    case 'key':
      return kv.key;
    case 'version':
      return kv.version;
    case 'create':
      return kv.createRevision;
    case 'mod':
      return kv.modRevision;
    case 'value':
      return kv.value;
  }
}

export function plainOf({ key, value, modRevision, createRevision, version, lease }: PlainKeyValue): PlainKeyValue {
  return { key, value, modRevision, createRevision, version, lease };
}
