import type { PlainKeyValue, PlainRange } from '../types/plain.ts';
import { applyAlarm, applyChanges, authNone, isSameAlarm, type ModelAlarms, type ModelAuth } from './auth-model.ts';
import type { DecodedOperation, DecodedRecord } from './decoder/log-objects.ts';

/**
 * etcd's multi-version store, as simple as it can be told: every version of every key for ever, and what was there after each record.
 * It shares no code with the core.
 *
 * Invariants:
 * - Nothing is dropped: a compaction is remembered, and whoever asks has to respect it.
 * - `moment` s is the state after the s-th record; moment 0 is the empty store, at revision 1.
 * - A rollback in place is a record too: what was written after its cut is there for ever, and on no line that leads to later revisions.
 */
export interface Model {
  /** Each key's versions, ascending. */
  readonly versions: Map<string, ModelVersion[]>;
  /** What happened at each revision, by `sub`; index is the revision. */
  readonly events: (readonly ModelVersion[])[];
  /** The record that made the revision; index is the revision. */
  readonly momentOf: number[];
  /** By moment. */
  readonly revisionAt: number[];
  readonly compactRevisionAt: number[];
  readonly authAt: ModelAuth[];
  readonly alarmsAt: ModelAlarms[];
  /** At some moment an alarm was on. */
  hadAlarms: boolean;
  readonly leases: Map<string, LeaseLife[]>;
  /** Keys that a put ever attached, by lease. */
  readonly attached: Map<string, Set<string>>;
  /** Ascending. */
  readonly rollbacks: ModelRollback[];
  /** Every key that there ever was. */
  keys: string[];
  keysAreSorted: boolean;
}

/** `version` 0: a tombstone. */
export interface ModelVersion extends PlainKeyValue {
  readonly sub: number;
}

/** From `skippedRevision` on the history is that up to `cutRevision`, and what was written above `skippedRevision`. */
export interface ModelRollback {
  readonly cutRevision: number;
  readonly skippedRevision: number;
}

export interface LeaseLife {
  readonly ttlSeconds: number;
  readonly grantedAt: number;
  /** Infinity: it lives. */
  revokedAt: number;
}

export const revisionInitial = 1;

export function createModel(): Model {
  return {
    versions: new Map(),
    events: [[], []],
    momentOf: [0, 0],
    revisionAt: [revisionInitial],
    compactRevisionAt: [0],
    authAt: [authNone],
    alarmsAt: [[]],
    hadAlarms: false,
    leases: new Map(),
    attached: new Map(),
    rollbacks: [],
    keys: [],
    keysAreSorted: true,
  };
}

export function revisionOf(model: Model): number {
  return model.revisionAt.at(-1)!;
}

export function momentOf(model: Model): number {
  return model.revisionAt.length - 1;
}

/** Applies the next record. A text says what is wrong with it; the record is applied all the same, as far as it makes sense. */
export function applyRecord(model: Model, record: DecodedRecord): string | undefined {
  const moment = momentOf(model) + 1;
  const revision = revisionOf(model);
  const compactRevision = model.compactRevisionAt.at(-1)!;
  const authBefore = model.authAt.at(-1)!;
  const alarmsBefore = model.alarmsAt.at(-1)!;
  let problem: string | undefined;
  switch (record.kind) {
    case 'write':
      problem = applyWrite(model, record.revision, record.operations, moment);
      break;
    case 'lease-revoke':
      problem = applyRevoke(model, record.lease, record.revision, record.keys, moment);
      break;
    case 'lease-grant':
      problem = applyGrant(model, record.lease, record.ttlSeconds, moment);
      break;
    case 'compact':
      if (record.revision <= compactRevision || record.revision > revision) {
        problem = `a compaction at ${record.revision}, at revision ${revision} and compacted at ${compactRevision}`;
      }
      break;
    case 'auth':
      if (record.authRevision !== authBefore.revision && record.authRevision !== authBefore.revision + 1) {
        problem = `auth revision ${record.authRevision} after ${authBefore.revision}`;
      }
      break;
    case 'alarm':
      model.hadAlarms = true;
      if (alarmsBefore.some((each) => isSameAlarm(each, record)) === record.active) {
        problem = `alarm ${record.alarm} of member ${record.memberId} is ${record.active ? 'raised' : 'taken back'} where it is ${record.active ? 'on' : 'off'}`;
      }
      break;
    case 'fence':
      break;
  }
  const takesRevision = record.kind === 'write' || (record.kind === 'lease-revoke' && record.revision > 0);
  model.revisionAt.push(takesRevision ? revision + 1 : revision);
  model.compactRevisionAt.push(record.kind === 'compact' ? record.revision : compactRevision);
  model.authAt.push(
    record.kind === 'auth' ? applyChanges(authBefore, record.authRevision, record.changes) : authBefore,
  );
  model.alarmsAt.push(record.kind === 'alarm' ? applyAlarm(alarmsBefore, record, record.active) : alarmsBefore);
  return problem;
}

/** The next record brings back what was there at a moment; its revision is the first that can be asked for. */
export function applyRollback(model: Model, cutMoment: number, skippedRevision: number): void {
  const moment = momentOf(model) + 1;
  const lastRevision = revisionOf(model);
  for (const [lease, lives] of model.leases) {
    const life = leaseAt(model, lease, cutMoment);
    const newest = lives.at(-1)!;
    if (newest.revokedAt === Infinity) newest.revokedAt = moment;
    if (life !== undefined) lives.push({ ttlSeconds: life.ttlSeconds, grantedAt: moment, revokedAt: Infinity });
  }
  model.rollbacks.push({ cutRevision: model.revisionAt[cutMoment]!, skippedRevision });
  for (let revision = lastRevision + 1; revision <= skippedRevision; revision++) {
    model.events[revision] = [];
    model.momentOf[revision] = moment;
  }
  model.revisionAt.push(skippedRevision);
  model.compactRevisionAt.push(skippedRevision);
  model.authAt.push(model.authAt[cutMoment]!);
  model.alarmsAt.push(model.alarmsAt[cutMoment]!);
}

function applyWrite(
  model: Model,
  claimed: number,
  operations: readonly DecodedOperation[],
  moment: number,
): string | undefined {
  const revision = revisionOf(model) + 1;
  let problem = claimed === revision ? undefined : `revision ${claimed} where ${revision} is due`;
  const events: ModelVersion[] = [];
  for (const operation of operations) {
    problem ??= problemOfOperation(model, operation, revision, moment);
    const made = versionMade(model, operation, revision, events.length);
    events.push(made);
    addVersion(model, made);
  }
  model.events[revision] = events;
  model.momentOf[revision] = moment;
  return problem;
}

function versionMade(model: Model, operation: DecodedOperation, revision: number, sub: number): ModelVersion {
  if (operation.kind === 'delete') return tombstone(operation.key, revision, sub);
  const before = newest(model, operation.key);
  return {
    key: operation.key,
    value: operation.value,
    modRevision: revision,
    createRevision: before?.createRevision ?? revision,
    version: (before?.version ?? 0) + 1,
    lease: operation.lease,
    sub,
  };
}

export function tombstone(key: string, revision: number, sub: number): ModelVersion {
  return { key, value: '', modRevision: revision, createRevision: 0, version: 0, lease: '0', sub };
}

function problemOfOperation(
  model: Model,
  operation: DecodedOperation,
  revision: number,
  moment: number,
): string | undefined {
  const before = newest(model, operation.key);
  if (operation.kind === 'delete') {
    return before === undefined ? `revision ${revision} deletes ${show(operation.key)}, which is not there` : undefined;
  }
  const createRevision = before?.createRevision ?? revision;
  const version = (before?.version ?? 0) + 1;
  if (operation.createRevision !== createRevision || operation.version !== version) {
    return `revision ${revision} puts ${show(operation.key)} as version ${operation.version}, created at ${operation.createRevision}; due are version ${version}, created at ${createRevision}`;
  }
  if (operation.lease !== '0' && !leaseLivesAt(model, operation.lease, moment - 1)) {
    return `revision ${revision} attaches ${show(operation.key)} to lease ${operation.lease}, which is not there`;
  }
  return undefined;
}

/** As watchers see a deletion. */
export function plainTombstone(key: string, revision: number): PlainKeyValue {
  return { key, value: '', modRevision: revision, createRevision: 0, version: 0, lease: '0' };
}

function addVersion(model: Model, version: ModelVersion): void {
  registerKey(model, version.key).push(version);
  if (version.lease === '0') return;
  const attached = model.attached.get(version.lease);
  if (attached === undefined) model.attached.set(version.lease, new Set([version.key]));
  else attached.add(version.key);
}

function registerKey(model: Model, key: string): ModelVersion[] {
  let versions = model.versions.get(key);
  if (versions !== undefined) return versions;
  versions = [];
  model.versions.set(key, versions);
  model.keys.push(key);
  model.keysAreSorted = false;
  return versions;
}

function applyGrant(model: Model, lease: string, ttlSeconds: number, moment: number): string | undefined {
  const problem = leaseLivesAt(model, lease, moment - 1) ? `lease ${lease} is granted twice` : undefined;
  const lives = model.leases.get(lease) ?? [];
  model.leases.set(lease, lives);
  lives.push({ ttlSeconds, grantedAt: moment, revokedAt: Infinity });
  return problem;
}

function applyRevoke(
  model: Model,
  lease: string,
  claimed: number,
  keys: readonly string[],
  moment: number,
): string | undefined {
  const life = model.leases.get(lease)?.at(-1);
  if (life === undefined || life.revokedAt !== Infinity) return `lease ${lease} is revoked, which is not there`;
  const revision = revisionOf(model) + 1;
  const attached = attachedKeys(model, lease, revision - 1);
  life.revokedAt = moment;
  let problem: string | undefined;
  if (attached.join('\n') !== keys.join('\n')) {
    problem = `the end of lease ${lease} removes ${showKeys(keys)}; attached are ${showKeys(attached)}`;
  } else if (claimed !== 0 && claimed !== revision) problem = `revision ${claimed} where ${revision} is due`;
  if (claimed === 0) return problem;
  const events = keys.map((key, sub) => tombstone(key, revision, sub));
  for (const event of events) addVersion(model, event);
  model.events[revision] = events;
  model.momentOf[revision] = moment;
  return problem;
}

/** The newest version, unless it is a tombstone. */
function newest(model: Model, key: string): ModelVersion | undefined {
  return liveAt(model, key, Infinity);
}

/** The version of the key at a revision, a tombstone too. */
export function versionAt(model: Model, key: string, revision: number): ModelVersion | undefined {
  const versions = model.versions.get(key);
  if (versions === undefined) return undefined;
  const rollback = model.rollbacks.findLast(({ skippedRevision }) => skippedRevision <= revision);
  const version = lastUpTo(versions, revision);
  if (rollback === undefined || (version !== undefined && version.modRevision > rollback.skippedRevision))
    return version;
  return versionAt(model, key, rollback.cutRevision);
}

/** Those of a key that lead to the revision, ascending. */
export function versionsUpTo(model: Model, versions: readonly ModelVersion[], revision: number): ModelVersion[] {
  const rollback = model.rollbacks.findLast(({ skippedRevision }) => skippedRevision <= revision);
  const own = versions.filter(
    ({ modRevision }) => modRevision <= revision && modRevision > (rollback?.skippedRevision ?? 0),
  );
  return rollback === undefined ? own : [...versionsUpTo(model, versions, rollback.cutRevision), ...own];
}

function lastUpTo(versions: readonly ModelVersion[], revision: number): ModelVersion | undefined {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (versions[middle]!.modRevision <= revision) low = middle + 1;
    else high = middle;
  }
  return versions[low - 1];
}

export function liveAt(model: Model, key: string, revision: number): ModelVersion | undefined {
  const version = versionAt(model, key, revision);
  return version === undefined || version.version === 0 ? undefined : version;
}

export function isInRange(key: string, range: PlainRange): boolean {
  if (range.rangeEnd === undefined) return key === range.key;
  return key >= range.key && (range.rangeEnd === '\0' || key < range.rangeEnd);
}

/** What lives in the range, ascending by key. */
export function rangeAt(model: Model, range: PlainRange, revision: number): ModelVersion[] {
  if (range.rangeEnd === undefined) {
    const version = liveAt(model, range.key, revision);
    return version === undefined ? [] : [version];
  }
  const keys = sortedKeys(model);
  const found: ModelVersion[] = [];
  for (let index = firstAtLeast(keys, range.key); index < keys.length; index++) {
    const key = keys[index]!;
    if (range.rangeEnd !== '\0' && key >= range.rangeEnd) break;
    const version = liveAt(model, key, revision);
    if (version !== undefined) found.push(version);
  }
  return found;
}

function sortedKeys(model: Model): readonly string[] {
  if (!model.keysAreSorted) model.keys.sort();
  model.keysAreSorted = true;
  return model.keys;
}

export function firstAtLeast(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The life of the lease at a moment. */
export function leaseAt(model: Model, lease: string, moment: number): LeaseLife | undefined {
  return model.leases.get(lease)?.find((life) => life.grantedAt <= moment && moment < life.revokedAt);
}

export function leaseLivesAt(model: Model, lease: string, moment: number): boolean {
  return leaseAt(model, lease, moment) !== undefined;
}

/** Keys whose version at the revision names the lease, ascending. */
export function attachedKeys(model: Model, lease: string, revision: number): string[] {
  const keys: string[] = [];
  for (const key of model.attached.get(lease) ?? []) if (liveAt(model, key, revision)?.lease === lease) keys.push(key);
  return keys.sort();
}

export function show(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}

function showKeys(keys: readonly string[]): string {
  return keys.length === 0 ? 'no key' : keys.slice(0, 5).map(show).join(', ') + (keys.length > 5 ? ', …' : '');
}
