import { txnOperationsMax } from '../../src/core/limits.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrub, settleCompaction } from '../../src/core/compact/scrub.ts';
import { evaluateRead, type ReadRequest } from '../../src/core/read/evaluate-read.ts';
import { applyRecord } from '../../src/core/state/apply-record.ts';
import { finishLoading, loadTables, loadVersion } from '../../src/core/state/load.ts';
import { createState, previousVersion, type State } from '../../src/core/state/state.ts';
import { byteStringOf } from '../../src/core/types/bytes.ts';
import type { Evaluation } from '../../src/core/types/evaluation.ts';
import type { RangeResponse, TxnOperationResponse } from '../../src/core/types/response.ts';
import type { Version } from '../../src/core/types/version.ts';
import { checkRequest } from '../../src/core/write/check.ts';
import { evaluateWrite, type WriteRequest } from '../../src/core/write/evaluate.ts';
import type { AlarmRequest, AuthWriteRequest } from '../../src/core/types/request.ts';
import {
  deleteRangeRequest,
  leaseId,
  putRequest,
  rangeRequest,
  readTxnRequest,
  revision,
  txnRequest,
} from './state-arbitraries.ts';
import {
  attachedTo,
  emptyModel,
  liveAt,
  modelDelete,
  modelDeleteRange,
  modelPut,
  modelRange,
  modelTxn,
  advanced,
  refusePut,
  Refused,
  type Model,
  type ModelEvent,
  type ModelResponse,
} from './state-model.ts';

/**
 * The state against a naive model, over random histories: every answer, every refusal, every record replayed on a second state, the history,
 * the counters, what a scrub keeps, and a reload from a checkpoint in the middle. Values leave memory at random, as a bounded cache
 * would drop them.
 */
type Step =
  | { readonly kind: 'write'; readonly request: DataWriteRequest }
  | { readonly kind: 'read'; readonly request: ReadRequest }
  /** A compaction so many revisions behind the head. */
  | { readonly kind: 'compact'; readonly back: number }
  /** Everything admitted so far becomes durable. */
  | { readonly kind: 'commit' }
  | { readonly kind: 'scrub'; readonly versionsMax: number }
  | { readonly kind: 'forget-values' }
  | { readonly kind: 'reload'; readonly keysFirst: 'first' | 'last' };

type DataWriteRequest = Exclude<WriteRequest, AuthWriteRequest | AlarmRequest>;

const writeRequest: fc.Arbitrary<DataWriteRequest> = fc.oneof(
  { weight: 12, arbitrary: putRequest },
  { weight: 2, arbitrary: deleteRangeRequest },
  { weight: 7, arbitrary: txnRequest },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact'), revision, physical: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lease-grant'),
      id: leaseId,
      ttlSeconds: fc.constantFrom(-1, 0, 1, 2, 60, 9_000_000_000, 9_000_000_001),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease-revoke'), id: leaseId }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('write'), request: writeRequest }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('read'), request: fc.oneof(rangeRequest, readTxnRequest) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact'), back: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scrub'), versionsMax: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget-values') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload'), keysFirst: fc.constantFrom('first', 'last') }) },
);

interface World {
  state: State;
  replica: State;
  model: Model;
  durableRevision: number;
  /** Every value ever written, by (modRevision, sub): the local store. */
  readonly disk: Map<string, Uint8Array>;
}

test('a random history answers as the model does', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
      const world: World = {
        state: createState(),
        replica: createState(),
        model: emptyModel,
        durableRevision: 1,
        disk: new Map(),
      };
      for (const each of steps) {
        run(world, each);
        expectSound(world);
      }
    }),
    { numRuns: 400 },
  );
});

function run(world: World, each: Step): void {
  switch (each.kind) {
    case 'write':
      write(world, each.request);
      return;
    case 'read':
      read(world, each.request);
      return;
    case 'compact':
      write(world, { kind: 'compact', revision: world.state.revision - each.back, physical: false });
      return;
    case 'commit':
      world.durableRevision = world.state.revision;
      for (const state of [world.state, world.replica]) settleCompaction(state, state.compactRevision);
      return;
    case 'scrub':
      scrubSome(world, each.versionsMax);
      return;
    case 'forget-values':
      for (const version of versionsOf(world.state)) if (version.version > 0) version.value = undefined;
      return;
    case 'reload':
      reload(world, each.keysFirst);
      return;
  }
}

/** Evaluates until no value is asked for; each time it was, nothing may have changed. */
function settle(world: World, evaluate: (values: ReadonlyMap<Version, Uint8Array>) => Evaluation): Evaluation {
  const values = new Map<Version, Uint8Array>();
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = dump(world.state);
    const evaluation = evaluate(values);
    if (evaluation.kind !== 'record') expect(dump(world.state)).toEqual(before);
    if (evaluation.kind !== 'values-needed') return evaluation;
    expect(evaluation.versions.length).toBeGreaterThan(0);
    for (const version of evaluation.versions) {
      expect(version.value).toBeUndefined();
      values.set(version, onDisk(world, version));
    }
  }
  throw new Error('values were asked for more than twice');
}

function onDisk(world: World, version: Version): Uint8Array {
  return world.disk.get(`${version.modRevision}/${version.sub}`)!;
}

function write(world: World, request: DataWriteRequest): void {
  if (checkRequest(request, txnOperationsMax) !== undefined) return;
  const { state, model } = world;
  const evaluation = settle(world, (values) => evaluateWrite(state, request, values));
  const expected = modelWrite(model, request);
  if (expected instanceof Refused) {
    expect(evaluation).toMatchObject({ kind: 'error', error: { message: expected.message } });
    return;
  }
  if (evaluation.kind !== 'record') {
    expect(evaluation.kind).toBe('answer');
    expect(expected.model.events).toHaveLength(model.events.length);
  }
  if (evaluation.kind === 'record') replay(world, evaluation, expected.model);
  world.model = expected.model;
  expectResponse(world, evaluation, expected.response);
  if (evaluation.kind === 'answer' || evaluation.kind === 'record') {
    expect(evaluation.revision).toBe(expected.model.revision);
  }
}

function replay(world: World, evaluation: Evaluation & { readonly kind: 'record' }, expected: Model): void {
  const { record, versions } = evaluation;
  for (const version of versions) {
    expect(version.value).toBeDefined();
    world.disk.set(`${version.modRevision}/${version.sub}`, version.value!);
  }
  expect(applyRecord(world.replica, record)).toEqual(versions);
  const made = expected.events.slice(world.model.events.length);
  expect(versions.map((version) => eventOf(world, version))).toEqual(made);
  expect(record.kind === 'write' || (record.kind === 'lease-revoke' && record.keys.length > 0)).toBe(made.length > 0);
}

interface ModelOutcome {
  readonly model: Model;
  readonly response: ModelResponse | undefined;
}

function modelWrite(model: Model, request: DataWriteRequest): ModelOutcome | Refused {
  try {
    return modelEffect(model, request);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

function modelEffect(model: Model, request: DataWriteRequest): ModelOutcome {
  switch (request.kind) {
    case 'put': {
      refusePut(model, request, 'alone');
      const [previous] = liveAt(model, { key: request.key, rangeEnd: undefined }, model.revision);
      const next = advanced(model, modelPut(model, request, model.revision + 1));
      return { model: next, response: { kind: 'put', revision: next.revision, previous } };
    }
    case 'delete-range': {
      const previous = liveAt(model, request, model.revision);
      const next = modelDeleteRange(model, request);
      return { model: next, response: { kind: 'delete-range', revision: next.revision, previous } };
    }
    case 'txn':
      return modelTxn(model, request, model.revision, model.compact);
    case 'compact': {
      if (request.revision <= model.compact) {
        throw new Refused('etcdserver: mvcc: required revision has been compacted');
      }
      if (request.revision > model.revision) {
        throw new Refused('etcdserver: mvcc: required revision is a future revision');
      }
      // A compaction at 0 compacts nothing, and may be asked for again.
      const compact = request.revision === 0 ? model.compact : request.revision;
      return { model: { ...model, compact }, response: undefined };
    }
    case 'lease-grant': {
      if (request.ttlSeconds > 9_000_000_000) throw new Refused('etcdserver: too large lease TTL');
      if (model.leases.has(request.id)) throw new Refused('etcdserver: lease already exists');
      const leases = new Map([...model.leases, [request.id, Math.max(2, request.ttlSeconds)] as const]);
      return { model: { ...model, leases }, response: undefined };
    }
    case 'lease-revoke': {
      if (!model.leases.has(request.id)) throw new Refused('etcdserver: requested lease not found');
      let next = model;
      for (const key of attachedTo(model, request.id)) {
        next = modelDelete(next, { key, rangeEnd: undefined }, model.revision + 1);
      }
      const leases = new Map([...model.leases].filter(([id]) => id !== request.id));
      return { model: { ...advanced(model, next), leases }, response: undefined };
    }
  }
}

function read(world: World, request: ReadRequest): void {
  if (checkRequest(request, txnOperationsMax) !== undefined) return;
  const { state, model, durableRevision } = world;
  const compact = state.settledCompactRevision;
  const evaluation = settle(world, (values) =>
    evaluateRead(state, request, { revision: durableRevision, compactRevision: compact, values }),
  );
  const etcdCompact = compact === 0 ? -1 : compact;
  let expected: ModelResponse;
  try {
    expected =
      request.kind === 'txn'
        ? modelTxn(model, request, durableRevision, etcdCompact).response
        : { kind: 'range', revision: durableRevision, ...modelRange(model, request, durableRevision, etcdCompact) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    expect(evaluation).toMatchObject({ kind: 'error', error: { message: error.message } });
    return;
  }
  expect(evaluation).toMatchObject({ kind: 'answer', revision: durableRevision });
  expectResponse(world, evaluation, expected);
}

function expectResponse(world: World, evaluation: Evaluation, expected: ModelResponse | undefined): void {
  if (evaluation.kind !== 'answer' && evaluation.kind !== 'record') throw new Error(`not answered: ${evaluation.kind}`);
  if (expected === undefined) return;
  const { revision: answered, response } = evaluation;
  const inner = { revision: answered, response } as TxnOperationResponse;
  expect(plainOf(world, inner)).toEqual(expectedOf(inner, expected));
}

/** The answer with the model's words. */
function plainOf(world: World, { revision: at, response }: TxnOperationResponse): unknown {
  switch (response.kind) {
    case 'range':
      return { ...plainRange(world, response), revision: at };
    case 'put':
      return { kind: 'put', revision: at, previous: response.previous && eventOf(world, response.previous) };
    case 'delete-range':
      return {
        kind: 'delete-range',
        revision: at,
        deleted: response.deleted,
        previous: response.previous.map((version) => eventOf(world, version)),
      };
    case 'txn':
      return {
        kind: 'txn',
        revision: at,
        succeeded: response.succeeded,
        responses: response.responses.map((inner) => plainOf(world, inner)),
      };
  }
}

function plainRange(world: World, response: RangeResponse): object {
  const kvs = response.kvs.map((version) => eventOf(world, version));
  return { kind: 'range', kvs, count: response.count, more: response.more };
}

/** What the model expects, less the previous versions that the request did not ask for. */
function expectedOf(actual: TxnOperationResponse, expected: ModelResponse): unknown {
  const response = actual.response;
  if (expected.kind === 'put' && response.kind === 'put') {
    return response.previous === undefined ? { ...expected, previous: undefined } : expected;
  }
  if (expected.kind === 'delete-range' && response.kind === 'delete-range') {
    const previous = response.previous.length === 0 ? [] : expected.previous;
    return { ...expected, deleted: expected.previous.length, previous };
  }
  if (expected.kind === 'txn' && response.kind === 'txn') {
    const responses = expected.responses.map((inner, index) => expectedOf(response.responses[index]!, inner));
    return { ...expected, responses };
  }
  return expected;
}

function eventOf(world: World, version: Version): ModelEvent {
  const value = version.value ?? onDisk(world, version);
  expect(value.length).toBe(version.valueBytes);
  return {
    revision: version.modRevision,
    sub: version.sub,
    key: version.key,
    value: version.version === 0 ? undefined : byteStringOf(value),
    create: version.createRevision,
    version: version.version,
    lease: version.lease,
  };
}

function scrubSome(world: World, versionsMax: number): void {
  const before = versionsOf(world.state);
  const { dropped, done } = scrub(world.state, versionsMax);
  expect(dropped.length).toBeLessThanOrEqual(versionsMax);
  const gone = new Set(dropped);
  expect(gone.size).toBe(dropped.length);
  expect(versionsOf(world.state)).toEqual(before.filter((version) => !gone.has(version)));
  if (!done) return;
  const kept = world.model.events.filter((event) => isKept(world, event));
  expect(versionsOf(world.state).map((version) => eventOf(world, version))).toEqual(kept.sort(byKey));
}

/** What has to outlive a finished scrub, no more and no less. */
function isKept(world: World, event: ModelEvent): boolean {
  const compact = world.state.settledCompactRevision;
  if (event.revision >= compact) return true;
  return liveAt(world.model, { key: event.key, rangeEnd: undefined }, compact).includes(event);
}

function byKey(left: ModelEvent, right: ModelEvent): number {
  if (left.key !== right.key) return left.key < right.key ? -1 : 1;
  return left.revision - right.revision || left.sub - right.sub;
}

/** The state goes on from what a checkpoint at the head would hold. */
function reload(world: World, keysFirst: 'first' | 'last'): void {
  const { state } = world;
  const loaded = createState();
  const leases = new Map([...state.leases.all()].map(({ id, ttlSeconds }) => [id, ttlSeconds]));
  loadTables(loaded, { leases, auth: state.auth, alarms: state.alarms });
  const ofKeys: (readonly Version[])[] = [];
  state.index.visitKeys('', undefined, (versions) => ofKeys.push([...versions]) > 0);
  for (const versions of keysFirst === 'last' ? ofKeys.reverse() : ofKeys) {
    for (const version of versions) loadVersion(loaded, { ...version });
  }
  settleCompaction(state, state.compactRevision);
  finishLoading(loaded, state.revision, state.compactRevision);
  expect(dump(loaded)).toEqual(dump(state));
  world.state = loaded;
  world.durableRevision = loaded.revision;
}

function expectSound(world: World): void {
  const { state, replica, model } = world;
  expect(dumpRetained(replica)).toEqual(dumpRetained(state));
  expectHistory(world);
  expectCounters(world);
  const leases = [...state.leases.all()].map((lease) => [lease.id, lease.ttlSeconds, [...lease.keys].sort()]);
  expect(leases).toEqual([...model.leases].map(([id, ttl]) => [id, ttl, attachedTo(model, id)]));
  for (const at of [state.settledCompactRevision, state.revision - 1, state.revision]) {
    if (at < Math.max(1, state.settledCompactRevision)) continue;
    const all = { key: '', rangeEnd: '\0' };
    expect(state.index.count(all, at)).toBe(liveAt(model, all, at).length);
  }
}

function expectHistory({ state, model, ...world }: World): void {
  const from = Math.max(state.settledCompactRevision, state.revision - 6);
  const history = state.history.between(from, state.revision - 1);
  const expected = model.events.filter((event) => event.revision >= from && event.revision < state.revision);
  const whole = { state, model, ...world };
  expect(history.map((version) => eventOf(whole, version))).toEqual(expected);
  for (const version of history) {
    const readable = version.modRevision - 1 >= state.settledCompactRevision;
    const created = version.createRevision === version.modRevision;
    const [before] = liveAt(model, { key: version.key, rangeEnd: undefined }, version.modRevision - 1);
    const previous = previousVersion(state, version);
    const wanted = readable && !created ? before : undefined;
    expect(previous && eventOf(whole, previous)).toEqual(wanted);
  }
}

function expectCounters({ state, model }: World): void {
  const live = liveAt(model, { key: '', rangeEnd: '\0' }, model.revision);
  const retained = versionsOf(state);
  expect(state.revision).toBe(model.revision);
  expect(state.keys).toBe(live.length);
  expect(state.versions).toBe(retained.length);
  expect(state.bytesInUse).toBe(live.reduce((sum, event) => sum + event.key.length + event.value!.length, 0));
  expect(state.bytesTotal).toBe(retained.reduce((sum, version) => sum + version.key.length + version.valueBytes, 0));
}

function versionsOf(state: State): Version[] {
  const all: Version[] = [];
  state.index.visitKeys('', undefined, (versions) => {
    all.push(...versions);
    return true;
  });
  return all;
}

/** Everything that can be told of a state, values left aside. */
function dump(state: State): unknown {
  const { revision: head, compactRevision, settledCompactRevision, bytesTotal, bytesInUse, keys, versions } = state;
  return {
    numbers: { head, compactRevision, settledCompactRevision, bytesTotal, bytesInUse, keys, versions },
    versions: versionsOf(state).map((version) => ({ ...version, value: undefined })),
    history: state.history.between(settledCompactRevision, head + 1).map(({ modRevision, sub }) => [modRevision, sub]),
    leases: [...state.leases.all()].map(({ id, ttlSeconds, keys: attached }) => [id, ttlSeconds, [...attached].sort()]),
  };
}

/** What two states have in common of which one may be scrubbed further than the other. */
function dumpRetained(state: State): unknown {
  const compact = state.compactRevision;
  const { revision: head, compactRevision, bytesInUse, keys } = state;
  const recent = versionsOf(state).filter((version) => version.modRevision >= compact);
  const leases = [...state.leases.all()].map((lease) => [lease.id, lease.ttlSeconds, [...lease.keys].sort()]);
  return {
    head,
    compactRevision,
    bytesInUse,
    keys,
    leases,
    recent: recent.map((each) => ({ ...each, value: undefined })),
  };
}
