import { decodeSegment } from '../../src/core/format/segment.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { equalBytes } from '../../src/core/types/bytes.ts';
import type { LogRecord } from '../../src/core/types/record.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { Response, TxnResponse } from '../../src/core/types/response.ts';
import {
  attachedTo,
  emptyModel,
  liveAt,
  modelDelete,
  modelPut,
  modelRange,
  modelTxn,
  type Model,
  type ModelEvent,
  type ModelResponse,
} from '../property/state-model.ts';
import { type HistoryEntry, type SeenVersion, type World } from './machine-world.ts';
import { worldDigest } from './machine-world-node.ts';
import type { WorldObjects } from './machine-world-store.ts';

/**
 * The judgement at the end, from the bytes in the object store: the log is read by rules of its own, its records are applied to a plain model, and
 * every answer, read and watch event has to be what the model says at its revision.
 */
export interface FinalLog {
  /** The model at the last revision: it holds everything that ever happened. */
  readonly model: Model;
  readonly records: readonly LogRecord[];
  readonly segments: number;
  readonly deadSegments: number;
  readonly violations: readonly string[];
  modelAt(revision: number): Model;
  /** Leases that existed just before the record that made this revision. */
  leasesBefore(revision: number): ReadonlyMap<bigint, number>;
}

export function readFinalLog(store: WorldObjects): FinalLog {
  const violations: string[] = [];
  const records: LogRecord[] = [];
  const leasesBefore = new Map<number, ReadonlyMap<bigint, number>>();
  let model = emptyModel;
  let leases: ReadonlyMap<bigint, number> = new Map();
  let epoch = 0;
  let hash: Uint8Array = new Uint8Array(32);
  let frameHash: Uint8Array | undefined;
  let wallMs = 0;
  let deadSegments = 0;
  let slot = 1;
  for (; ; slot++) {
    const object = store.objects.get(slotKey(slot));
    if (object === undefined) break;
    const decoded = decodeSegment(slotKey(slot), object.body, worldDigest);
    if (decoded.kind !== 'ok') {
      violations.push(`slot ${slot} cannot be read`);
      break;
    }
    const { header, frames } = decoded.value;
    if (header.epoch < epoch) {
      deadSegments += 1;
      continue;
    }
    if (header.epoch > epoch !== (header.kind === 'fence'))
      violations.push(`slot ${slot}: a ${header.kind} of epoch ${header.epoch} after ${epoch}`);
    if (!equalBytes(header.previousSegmentHash, hash))
      violations.push(`slot ${slot} does not follow the segment before it`);
    epoch = header.epoch;
    hash = decoded.value.hash;
    for (const { frame, hash: ownHash } of frames) {
      if (!equalBytes(frame.previousFrameHash, frameHash ?? worldDigest.sha256(header.databaseId)))
        violations.push(`slot ${slot}: a frame does not follow the one before it`);
      if (frame.firstSequence !== records.length + 1)
        violations.push(`slot ${slot}: sequence ${frame.firstSequence} after ${records.length}`);
      if (frame.wallMs < wallMs) violations.push(`slot ${slot}: its time goes back from ${wallMs} to ${frame.wallMs}`);
      frameHash = ownHash;
      wallMs = frame.wallMs;
      for (const record of frame.records) {
        records.push(record);
        const taken = record.kind === 'write' || record.kind === 'lease-revoke' ? record.revision : 0;
        if (taken > 0) {
          if (taken !== model.revision + 1) violations.push(`slot ${slot}: revision ${taken} after ${model.revision}`);
          leasesBefore.set(taken, leases);
        }
        if (record.kind === 'lease-grant') leases = new Map([...leases, [record.lease, record.ttlSeconds]]);
        model = afterRecord(model, record, violations);
        if (record.kind === 'lease-revoke') leases = new Map([...leases].filter(([id]) => id !== record.lease));
      }
    }
  }
  const models = new Map<number, Model>();
  return {
    model,
    records,
    segments: slot - 1,
    deadSegments,
    violations,
    modelAt(revision) {
      let found = models.get(revision);
      if (found === undefined) {
        found = { ...model, revision, events: model.events.filter((event) => event.revision <= revision) };
        models.set(revision, found);
      }
      return found;
    },
    leasesBefore: (revision) => leasesBefore.get(revision) ?? new Map(),
  };
}

function afterRecord(model: Model, record: LogRecord, violations: string[]): Model {
  if (record.kind === 'write') {
    let next = model;
    for (const operation of record.operations) {
      if (operation.kind === 'delete') {
        const before = next.events.length;
        next = modelDelete(next, { key: operation.key, rangeEnd: undefined }, record.revision);
        if (next.events.length === before)
          violations.push(`revision ${record.revision} deletes ${operation.key}, which is not there`);
        continue;
      }
      next = modelPut(
        next,
        { ...operation, previousKv: false, ignoreValue: false, ignoreLease: false },
        record.revision,
      );
      const made = next.events.at(-1)!;
      if (made.create !== operation.createRevision || made.version !== operation.version) {
        violations.push(
          `revision ${record.revision}: ${operation.key} has create ${operation.createRevision} and version ${operation.version}, due are ${made.create} and ${made.version}`,
        );
      }
    }
    return { ...next, revision: record.revision };
  }
  if (record.kind === 'lease-revoke') {
    const attached = attachedTo(model, record.lease);
    if (attached.join() !== record.keys.join())
      violations.push(
        `the revocation of ${record.lease} deletes ${record.keys.join()}, attached are ${attached.join()}`,
      );
    let next = model;
    for (const key of record.keys) next = modelDelete(next, { key, rangeEnd: undefined }, record.revision);
    return record.keys.length === 0 ? model : { ...next, revision: record.revision };
  }
  return model;
}

/** What is wrong, in words; empty when all is well. */
export function judge(world: World): readonly string[] {
  const log = readFinalLog(world.store);
  const violations = [...world.violations, ...log.violations];
  const owners = new Map<number, HistoryEntry>();
  for (const entry of world.history) {
    if (entry.answer === undefined) {
      if (entry.node.alive && entry.node.life === entry.life) violations.push(`${nameOf(entry)} was never answered`);
      continue;
    }
    if (entry.answer.kind === 'error') continue;
    const { header, response } = entry.answer;
    if (header.revision > log.model.revision) {
      violations.push(
        `${nameOf(entry)} was answered at revision ${header.revision}; the log ends at ${log.model.revision}`,
      );
      continue;
    }
    // What a node tells of itself and of others, it tells in every role.
    if (entry.request.kind === 'members' || entry.request.kind === 'move-leader') continue;
    const serializable = entry.request.kind === 'range' && entry.request.serializable;
    if (!serializable && header.revision < entry.floor) {
      violations.push(
        `${nameOf(entry)} was answered at revision ${header.revision}, but ${entry.floor} had been told before it began`,
      );
    }
    const problem = judgeAnswer(log, entry, response, header.revision);
    if (problem !== undefined) violations.push(`${nameOf(entry)} at revision ${header.revision}: ${problem}`);
    if (!wrote(entry.request, response)) continue;
    const owner = owners.get(header.revision);
    if (owner !== undefined)
      violations.push(`${nameOf(entry)} and ${nameOf(owner)} both got revision ${header.revision}`);
    owners.set(header.revision, entry);
    if (header.revision <= entry.floor)
      violations.push(`${nameOf(entry)} wrote revision ${header.revision}, not above ${entry.floor}`);
  }
  return [...violations, ...judgeWatchers(world, log), ...judgeLeases(world, log), ...judgeFailures(world)];
}

function nameOf(entry: HistoryEntry): string {
  return `request ${entry.id} (${entry.request.kind} to ${entry.node.name} at ${entry.invokedMs} ms)`;
}

/** The answer says that a revision was made for it. */
function wrote(request: Request, response: Response): boolean {
  switch (response.kind) {
    case 'put':
      return true;
    case 'delete-range':
      return response.deleted > 0;
    case 'txn':
      return response.responses.some((inner) => wrote(request, inner.response));
    default:
      return false;
  }
}

function judgeAnswer(log: FinalLog, entry: HistoryEntry, response: Response, revision: number): string | undefined {
  const { request } = entry;
  const after = log.modelAt(revision);
  const made = after.events.filter((event) => event.revision === revision);
  const before: Model = { ...log.modelAt(revision - 1), leases: log.leasesBefore(revision) };
  switch (request.kind) {
    case 'range': {
      const expected = modelRange(after, request, revision, 0);
      if (response.kind !== 'range' || response.count !== expected.count) return `counts other keys`;
      return differs(entry.seen, expected.kvs);
    }
    case 'put': {
      const expected = modelPut(before, request, revision).events.slice(before.events.length);
      const [previous] = liveAt(before, { key: request.key, rangeEnd: undefined }, revision - 1);
      const shown = request.previousKv && previous !== undefined ? [previous] : [];
      return differs(made, expected) ?? differs(entry.seen, shown);
    }
    case 'delete-range': {
      if (response.kind !== 'delete-range') return 'another kind of answer';
      if (response.deleted === 0) {
        return liveAt(after, request, revision).length > 0 ? 'deleted nothing, where keys are' : undefined;
      }
      const expected = modelDelete(before, request, revision).events.slice(before.events.length);
      const previous = request.previousKv ? liveAt(before, request, revision - 1) : [];
      if (response.deleted !== expected.length) return `deleted ${response.deleted}, due are ${expected.length}`;
      return differs(made, expected) ?? differs(entry.seen, previous);
    }
    case 'txn': {
      if (response.kind !== 'txn') return 'another kind of answer';
      const writes = wrote(request, response);
      const from = writes ? before : { ...after, leases: new Map([...log.leasesBefore(revision)]) };
      const expected = modelTxn(from, request, writes ? revision - 1 : revision, 0);
      if (writes) {
        const problem = differs(made, expected.model.events.slice(before.events.length));
        if (problem !== undefined) return problem;
      } else if (expected.model.events.length > from.events.length) return 'wrote nothing, where something is due';
      return differsInTxn(response, expected.response) ?? differs(entry.seen, versionsOf(expected.response));
    }
    case 'lease-grant':
      return log.records.some((record) => record.kind === 'lease-grant' && record.lease === request.id)
        ? undefined
        : 'the log holds no such grant';
    case 'lease-revoke':
      return log.records.some((record) => record.kind === 'lease-revoke' && record.lease === request.id)
        ? undefined
        : 'the log holds no such revocation';
    case 'compact':
      return log.records.some((record) => record.kind === 'compact' && record.revision === request.revision)
        ? undefined
        : 'the log holds no such compaction';
    default:
      return undefined;
  }
}

function differsInTxn(response: TxnResponse, expected: ModelResponse): string | undefined {
  if (expected.kind !== 'txn') return 'another kind of answer';
  if (response.succeeded !== expected.succeeded)
    return `succeeded: ${response.succeeded}, due is ${expected.succeeded}`;
  for (const [index, { revision, response: inner }] of response.responses.entries()) {
    const due = expected.responses[index]!;
    if (revision !== due.revision) return `operation ${index} is told revision ${revision}, due is ${due.revision}`;
    const problem = inner.kind === 'txn' ? differsInTxn(inner, due) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function versionsOf(response: ModelResponse): readonly ModelEvent[] {
  if (response.kind === 'range') return response.kvs;
  return response.kind === 'txn' ? response.responses.flatMap(versionsOf) : [];
}

function differs(found: readonly SeenVersion[], expected: readonly SeenVersion[]): string | undefined {
  const left = found.map(describe).join(' ');
  const right = expected.map(describe).join(' ');
  return left === right ? undefined : `found [${left}], due is [${right}]`;
}

function describe(version: SeenVersion): string {
  const { key, value, revision, create, version: count, lease } = version;
  if (value === undefined) return `${key}@${revision} gone`;
  return `${key}@${revision}=${value.slice(0, 8)}/${value.length} create ${create} version ${count} lease ${lease}`;
}

function judgeWatchers(world: World, log: FinalLog): readonly string[] {
  const violations: string[] = [];
  const compactions = new Set(log.records.map((record) => (record.kind === 'compact' ? record.revision : 0)));
  for (const { name, events, nextRevision, gaps } of world.watchers) {
    for (const { to } of gaps)
      if (!compactions.has(to)) violations.push(`${name}: cancelled for a compaction at ${to}, which never was`);
    const due = log.model.events.filter(
      (event) =>
        event.revision < nextRevision && !gaps.some(({ from, to }) => event.revision >= from && event.revision < to),
    );
    // One that was caught inside a gap's revisions had seen them before the compaction.
    const problem = differs(events, due);
    if (problem !== undefined) violations.push(`${name}: ${problem}`);
    if (nextRevision <= log.model.revision)
      violations.push(`${name}: stopped at revision ${nextRevision - 1} of ${log.model.revision}`);
  }
  return violations;
}

/** A lease lives at least its time after its last sign of life that was answered. */
function judgeLeases(world: World, log: FinalLog): readonly string[] {
  const violations: string[] = [];
  const granted = new Map<bigint, number>();
  for (const record of log.records) if (record.kind === 'lease-grant') granted.set(record.lease, record.ttlSeconds);
  for (const entry of world.history) {
    const { request, answer, answeredMs } = entry;
    if (answer?.kind !== 'ok' || answeredMs === undefined) continue;
    if (request.kind !== 'lease-grant' && request.kind !== 'lease-keep-alive') continue;
    if (answer.response.kind === 'lease-keep-alive' && answer.response.ttlSeconds === 0) continue;
    const ttlSeconds = granted.get(request.id);
    if (ttlSeconds === undefined) {
      violations.push(`${nameOf(entry)}: the lease is not in the log`);
      continue;
    }
    const asked = world.history.some(
      (other) => other.request.kind === 'lease-revoke' && other.request.id === request.id,
    );
    if (asked) continue;
    // A grant counts from when it may have been durable: another reign may have begun since, and its answer came late.
    const sinceMs = request.kind === 'lease-grant' ? world.grantSentMs.get(request.id)! : answeredMs;
    for (const sentMs of world.revocationsSentMs.get(request.id) ?? []) {
      if (sentMs < sinceMs || sentMs > sinceMs + ttlSeconds * 1_000) continue;
      violations.push(
        `lease ${request.id} of ${ttlSeconds} s was revoked at ${sentMs} ms, although it lived at ${sinceMs} ms by ${nameOf(entry)}`,
      );
    }
  }
  return violations;
}

const worldsFault = /^the local store cannot be written: a fault|^the local log cannot be written \(a fault/;

/** Nodes may end for what the world did to their disks, and for nothing else. */
function judgeFailures(world: World): readonly string[] {
  return world.failures.filter((failure) => !worldsFault.test(failure)).map((failure) => `a node ended: ${failure}`);
}
