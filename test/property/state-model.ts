import type {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnRequest,
} from '../../src/core/types/request.ts';
import type { KeyRange } from '../../src/core/types/key-range.ts';

/**
 * etcd's store as a list of everything that ever happened: slow, plain, and written from the contract, not from the code under test. A request
 * that is refused throws `Refused` with etcd's words and leaves the model that it was given alone: each write returns a new one.
 */
export interface Model {
  readonly revision: number;
  readonly compact: number;
  readonly events: readonly ModelEvent[];
  readonly leases: ReadonlyMap<bigint, number>;
}

export interface ModelEvent {
  readonly revision: number;
  readonly sub: number;
  readonly key: string;
  /** Undefined: a deletion. */
  readonly value: string | undefined;
  readonly create: number;
  readonly version: number;
  readonly lease: bigint;
}

export class Refused extends Error {}

export const emptyModel: Model = { revision: 1, compact: -1, events: [], leases: new Map() };

export function liveAt(model: Model, range: KeyRange, revision: number): ModelEvent[] {
  const newest = new Map<string, ModelEvent>();
  for (const event of model.events) if (event.revision <= revision) newest.set(event.key, event);
  const live = [...newest.values()].filter((event) => event.value !== undefined && contains(range, event.key));
  return live.sort((left, right) => (left.key < right.key ? -1 : 1));
}

function contains(range: KeyRange, key: string): boolean {
  if (range.rangeEnd === undefined) return key === range.key;
  return key >= range.key && (range.rangeEnd === '\0' || key < range.rangeEnd);
}

export interface ModelRange {
  readonly kvs: readonly ModelEvent[];
  readonly count: number;
  readonly more: boolean;
}

/** `head`: what the reader takes for now. */
export function modelRange(model: Model, request: RangeRequest, head: number, compact: number): ModelRange {
  const revision = request.revision > 0 ? request.revision : head;
  if (revision > head) throw new Refused('etcdserver: mvcc: required revision is a future revision');
  if (revision < compact) throw new Refused('etcdserver: mvcc: required revision has been compacted');
  const all = liveAt(model, request, revision);
  if (request.countOnly) return { kvs: [], count: all.length, more: false };
  const bounds = [request.minModRevision, request.maxModRevision, request.minCreateRevision, request.maxCreateRevision];
  const isFiltered = bounds.some((bound) => bound !== 0);
  let kvs = all.filter(
    (event) =>
      (request.minModRevision === 0 || event.revision >= request.minModRevision) &&
      (request.maxModRevision === 0 || event.revision <= request.maxModRevision) &&
      (request.minCreateRevision === 0 || event.create >= request.minCreateRevision) &&
      (request.maxCreateRevision === 0 || event.create <= request.maxCreateRevision),
  );
  const isCut = request.limit > 0 && kvs.length > request.limit;
  if (isCut && request.sortOrder === 'none' && !isFiltered) kvs = kvs.slice(0, request.limit + 1);
  const targets = {
    key: (event: ModelEvent) => event.key,
    version: (event: ModelEvent) => event.version,
    create: (event: ModelEvent) => event.create,
    mod: (event: ModelEvent) => event.revision,
    value: (event: ModelEvent) => event.value ?? '',
  };
  const by = targets[request.sortTarget];
  const sign = request.sortOrder === 'descend' ? -1 : 1;
  kvs.sort((left, right) => (by(left) < by(right) ? -sign : by(left) > by(right) ? sign : 0));
  return { kvs: isCut ? kvs.slice(0, request.limit) : kvs, count: all.length, more: isCut };
}

export function modelPut(model: Model, request: PutRequest, revision: number, before: Model = model): Model {
  const [previous] = liveAt(model, { key: request.key, rangeEnd: undefined }, revision);
  const [kept] = liveAt(before, { key: request.key, rangeEnd: undefined }, before.revision);
  return append(model, revision, {
    key: request.key,
    value: request.ignoreValue ? kept!.value : String.fromCharCode(...request.value),
    lease: request.ignoreLease ? kept!.lease : request.lease,
    create: previous?.create ?? revision,
    version: (previous?.version ?? 0) + 1,
  });
}

export function modelDelete(model: Model, range: KeyRange, revision: number): Model {
  let next = model;
  for (const { key } of liveAt(model, range, revision)) {
    next = append(next, revision, { key, value: undefined, lease: 0n, create: 0, version: 0 });
  }
  return next;
}

function append(model: Model, revision: number, event: Omit<ModelEvent, 'revision' | 'sub'>): Model {
  const sub = model.events.filter((other) => other.revision === revision).length;
  return { ...model, events: [...model.events, { ...event, revision, sub }] };
}

export function advanced(before: Model, after: Model): Model {
  return after.events.length === before.events.length ? before : { ...after, revision: before.revision + 1 };
}

/** Alone, the lease is looked for first; in a transaction, the key. */
export function refusePut(model: Model, request: PutRequest, where: 'alone' | 'in txn'): void {
  const lacksLease = request.lease !== 0n && !model.leases.has(request.lease);
  const exists = liveAt(model, { key: request.key, rangeEnd: undefined }, model.revision).length > 0;
  const lacksKey = (request.ignoreValue || request.ignoreLease) && !exists;
  if (lacksLease && (where === 'alone' || !lacksKey)) throw new Refused('etcdserver: requested lease not found');
  if (lacksKey) throw new Refused('etcdserver: key not found');
}

export type ModelResponse =
  | ({ readonly kind: 'range'; readonly revision: number } & ModelRange)
  | { readonly kind: 'put'; readonly revision: number; readonly previous: ModelEvent | undefined }
  | { readonly kind: 'delete-range'; readonly revision: number; readonly previous: readonly ModelEvent[] }
  | {
      readonly kind: 'txn';
      readonly revision: number;
      readonly succeeded: boolean;
      readonly responses: readonly ModelResponse[];
    };

/** `head` and `compact`: what the reader takes for now and for compacted; a transaction that writes takes the model's own. */
export function modelTxn(
  before: Model,
  request: TxnRequest,
  head: number,
  compact: number,
): { readonly model: Model; readonly response: ModelResponse } {
  refuse(before, request, head, compact);
  let model = before;

  function now(): number {
    return model.events.length === before.events.length ? head : head + 1;
  }

  function run(operation: TxnOperation): ModelResponse {
    switch (operation.kind) {
      case 'range': {
        const outcome = modelRange(model, operation, now(), compact);
        return { kind: 'range', revision: now(), ...outcome };
      }
      case 'put': {
        const [previous] = liveAt(model, { key: operation.key, rangeEnd: undefined }, head + 1);
        model = modelPut(model, operation, head + 1, before);
        return { kind: 'put', revision: now(), previous };
      }
      case 'delete-range': {
        const previous = liveAt(model, operation, head + 1);
        model = modelDelete(model, operation, head + 1);
        return { kind: 'delete-range', revision: now(), previous };
      }
      case 'txn': {
        const succeeded = operation.compare.every((compare) => holds(before, compare, head));
        const responses = (succeeded ? operation.success : operation.failure).map(run);
        return { kind: 'txn', revision: now(), succeeded, responses };
      }
      case 'empty':
        throw new Error('refused before');
    }
  }

  const response = run(request);
  return { model: advanced(before, model), response };
}

function refuse(model: Model, request: TxnRequest, head: number, compact: number): void {
  const succeeded = request.compare.every((compare) => holds(model, compare, head));
  for (const operation of succeeded ? request.success : request.failure) {
    if (operation.kind === 'txn') refuse(model, operation, head, compact);
    if (operation.kind === 'put') refusePut(model, operation, 'in txn');
    if (operation.kind !== 'range' || operation.revision === 0) continue;
    if (operation.revision > head) throw new Refused('etcdserver: mvcc: required revision is a future revision');
    if (operation.revision < compact) throw new Refused('etcdserver: mvcc: required revision has been compacted');
  }
}

function holds(model: Model, compare: Compare, head: number): boolean {
  const live = liveAt(model, compare, head);
  if (live.length === 0) return compare.target.kind !== 'value' && holdsFor(compare, undefined);
  return live.every((event) => holdsFor(compare, event));
}

function holdsFor(compare: Compare, event: ModelEvent | undefined): boolean {
  const sides = sidesOf(compare, event);
  switch (compare.result) {
    case 'equal':
      return sides[0] === sides[1];
    case 'not-equal':
      return sides[0] !== sides[1];
    case 'greater':
      return sides[0] > sides[1];
    case 'less':
      return sides[0] < sides[1];
    case 'unknown':
      return true;
  }
}

function sidesOf(
  { target }: Compare,
  event: ModelEvent | undefined,
): [number | string | bigint, number | string | bigint] {
  switch (target.kind) {
    case 'version':
      return [event?.version ?? 0, target.version];
    case 'create':
      return [event?.create ?? 0, target.createRevision];
    case 'mod':
      return [event?.revision ?? 0, target.modRevision];
    case 'lease':
      return [event?.lease ?? 0n, target.lease];
    case 'value':
      return [event?.value ?? '', String.fromCharCode(...target.value)];
    case 'unknown':
      return [0, 0];
  }
}

export function attachedTo(model: Model, lease: bigint): string[] {
  const live = liveAt(model, { key: '', rangeEnd: '\0' }, model.revision);
  return live.filter((event) => event.lease === lease).map((event) => event.key);
}

export function modelDeleteRange(model: Model, request: DeleteRangeRequest): Model {
  return advanced(model, modelDelete(model, request, model.revision + 1));
}
