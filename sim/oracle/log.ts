import type { RunResult, StoreChange, Violation } from '../types/result.ts';
import { FormatError, hexOfBytes } from './decoder/cursor.ts';
import { sha256 } from './decoder/digest.ts';
import { type DecodedRecord, type DecodedSegment, decodeStoredSegment } from './decoder/log-objects.ts';
import { placeOfRollback, type Rollback } from './family/cut-of-lines.ts';
import type { Line, LoggedRecord } from './lines.ts';
import { type Succession, successionsOf } from './family/successions.ts';
import { applyRecord, applyRollback, createModel, type Model, revisionInitial, revisionOf } from './model.ts';
import { violation } from './violation.ts';

/**
 * The log as the object store holds it, walked by the protocol's rules, and the model after each of its records. A database that was rolled back in
 * place has one log, too: that of the line which was left, the rollback as a record, and that of the line which goes on; so whatever is judged by
 * the log is judged across the change of lines.
 *
 * Invariant: a segment whose epoch is below an earlier slot's is dead; any other follows the last live one, by hash, sequence and epoch.
 */
export interface FinalLog {
  readonly model: Model;
  /** The n-th record has moment n, and index n - 1. */
  readonly records: readonly LoggedRecord[];
  readonly fences: readonly Fence[];
  readonly segments: number;
  readonly deadSegments: number;
  /** When the slot of a frame, and all before it, were filled; by the frame's hash. */
  readonly frameDurableAtMs: ReadonlyMap<string, number>;
  /** What is wrong with the bytes themselves. */
  readonly violations: readonly Violation[];
  /** The last one is in use. */
  readonly lines: readonly Line[];
  readonly rollbacks: readonly Rollback[];
  /** The last moment that was in the store, with all before it, at a time. */
  durableMomentAt(atMs: number): number;
}

export interface Fence {
  readonly epoch: number;
  readonly slot: number;
  /** The fence's own. */
  readonly moment: number;
  /** Before anything that its segment holds. */
  readonly momentBefore: number;
  readonly atMs: number;
  readonly memberId: string;
}

/** What a log begins from, and where it lies. */
export interface LogBeginning {
  /** In front of its keys. */
  readonly home: string;
  /** Of which its first record makes the next moment. It is changed as the log is read. */
  readonly model: Model;
  /** Of the last record before its first one. */
  readonly sequence: number;
}

/** A watcher that had everything goes on from the revision after the last one: that has to be compacted. */
const revisionsSkippedBeyond = 2;
const zeroHash = '0'.repeat(64);

export function slotKey(slot: number): string {
  return `log/${String(slot).padStart(20, '0')}`;
}

export function slotOfKey(key: string): number | undefined {
  return /^log\/[0-9]{20}$/.test(key) ? Number(key.slice(4)) : undefined;
}

export function readFinalLog(
  result: Pick<RunResult, 'objects' | 'storeChanges' | 'history'>,
  beginning: LogBeginning = { home: '', model: createModel(), sequence: 0 },
): FinalLog {
  const { model } = beginning;
  const lines: Line[] = [];
  const rollbacks: Rollback[] = [];
  const violations: Violation[] = [];
  const records: LoggedRecord[] = [];
  const fences: Fence[] = [];
  const frameDurableAtMs = new Map<string, number>();
  const slotEnds: { readonly atMs: number; readonly moment: number }[] = [];
  let atMs = 0;
  let deadSegments = 0;
  let segments = 0;

  /** `epochBefore`: every epoch of the line is above it. `left`: the line was left by it. */
  function walk(home: string, sequenceBefore: number, epochBefore: number, left: Succession | undefined): void {
    const filled = firstFillings(result.storeChanges, `${home}log/`);
    const firstMoment = records.length;
    let last: { readonly hash: string; readonly epoch: number; readonly databaseId: string } | undefined;
    let frameHash: string | undefined;
    let wallMs = 0;
    let slot = 1;

    function fail(words: string): void {
      violations.push(violation('one log', `slot ${slot}: ${words}`, { atMs, keys: [home + slotKey(slot)] }));
    }

    for (; ; slot++) {
      const key = home + slotKey(slot);
      const filling = filled.get(key);
      // What the world did to an object behind the nodes' backs does not change what was written.
      const bytes = filling?.bytes ?? result.objects.get(key);
      if (bytes === undefined) break;
      const isLate = left !== undefined && (filling?.atMs ?? 0) > left.namedMs;
      if (!isLate) atMs = Math.max(atMs, filling?.atMs ?? 0);
      const segment = decode(bytes, fail);
      if (segment === undefined) break;
      if (segment.slot !== slot) fail(`the segment says that it is slot ${segment.slot}`);
      if (segment.epoch < (last?.epoch ?? 0)) {
        deadSegments += 1;
        slotEnds.push({ atMs, moment: records.length });
        continue;
      }
      if (isLate) {
        fail(`epoch ${segment.epoch} goes on with a line that a rollback had left`);
        break;
      }
      if (last === undefined && segment.epoch <= epochBefore)
        fail(`epoch ${segment.epoch} begins a line, after epoch ${epochBefore} on the one before`);
      const broken = placeBroken(segment, last);
      if (broken !== undefined) fail(broken);
      last = { hash: segment.hash, epoch: segment.epoch, databaseId: segment.databaseId };
      const momentBefore = records.length;
      for (const frame of segment.frames) {
        if (frame.previousFrameHash !== (frameHash ?? frameHashInitial(segment.databaseId)))
          fail('a frame does not follow the one before it');
        const sequence = sequenceBefore + records.length - firstMoment;
        if (frame.firstSequence !== sequence + 1) fail(`sequence ${frame.firstSequence} after ${sequence}`);
        if (frame.wallMs < wallMs) fail(`its time goes back from ${wallMs} to ${frame.wallMs}`);
        frameHash = frame.hash;
        frameDurableAtMs.set(frame.hash, atMs);
        wallMs = frame.wallMs;
        for (const record of frame.records) {
          records.push({ record, slot, epoch: frame.epoch, wallMs, durableAtMs: atMs });
          const revision = revisionOf(model);
          const problem = applyRecord(model, record);
          if (problem !== undefined) violations.push(recordViolation(record, revision, problem, atMs));
          if (record.kind !== 'fence') continue;
          const { epoch, memberId } = record;
          fences.push({ epoch, slot, moment: records.length, momentBefore, atMs, memberId });
          if (epoch !== segment.epoch) fail(`a fence of epoch ${epoch} in a segment of epoch ${segment.epoch}`);
        }
      }
      slotEnds.push({ atMs, moment: records.length });
    }
    segments += slot - 1;
    lines.push({ home, databaseId: last?.databaseId, firstMoment, lastMoment: records.length, sequenceBefore });
  }

  function rollBack(succession: Succession): Rollback {
    const { from, home, namedMs, epoch, createdWallMs, operation } = succession;
    const { left } = succession;
    const details = {
      atMs: namedMs,
      keys: [`${from}manifest`],
      operations: operation === undefined ? [] : [operation],
    };
    const lastRevision = revisionOf(model);
    const last = records.at(-1);
    if (last?.record.kind !== 'fence' || last.epoch !== epoch)
      violations.push(
        violation('durability', `${home} goes on for a line that had gone on after the fence of the rollback`, details),
      );
    const place = placeOfRollback({ lines, records, model, rollbacks }, succession);
    if (place.problem !== undefined) violations.push(violation('branches', place.problem, details));
    if (left.skippedRevision < lastRevision + revisionsSkippedBeyond)
      violations.push(
        violation(
          'revisions',
          `${home} goes on above revision ${left.skippedRevision}, and the line that it goes on for ended at ${lastRevision}`,
          details,
        ),
      );
    const skippedRevision = Math.max(left.skippedRevision, lastRevision);
    applyRollback(model, place.cutMoment, skippedRevision);
    records.push({
      record: { kind: 'rollback', skippedRevision },
      slot: 0,
      epoch,
      wallMs: createdWallMs,
      durableAtMs: namedMs,
    });
    atMs = Math.max(atMs, namedMs);
    slotEnds.push({ atMs, moment: records.length });
    const rollback = {
      moment: records.length,
      cutMoment: place.cutMoment,
      namedMs,
      epoch,
      lastRevision,
      skippedRevision,
      home,
    };
    rollbacks.push({ ...rollback, sequence: place.sequence, createdWallMs });
    return rollbacks.at(-1)!;
  }

  const successions = beginning.home === '' ? successionsOf(result) : [];
  walk(beginning.home, beginning.sequence, -1, successions[0]);
  for (const [index, succession] of successions.entries()) {
    const { sequence } = rollBack(succession);
    walk(succession.home, sequence, succession.epoch, successions[index + 1]);
  }

  return {
    model,
    records,
    fences,
    lines,
    rollbacks,
    segments,
    deadSegments,
    frameDurableAtMs,
    violations,
    durableMomentAt(at) {
      let low = 0;
      let high = slotEnds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (slotEnds[middle]!.atMs <= at) low = middle + 1;
        else high = middle;
      }
      return slotEnds[low - 1]?.moment ?? 0;
    },
  };
}

/** Each key's first content by a node. */
function firstFillings(changes: readonly StoreChange[], prefix: string): ReadonlyMap<string, StoreChange> {
  const filled = new Map<string, StoreChange>();
  for (const change of changes) {
    if (change.bytes === undefined || change.node === undefined || filled.has(change.key)) continue;
    if (change.key.startsWith(prefix)) filled.set(change.key, change);
  }
  return filled;
}

function decode(bytes: Uint8Array, fail: (words: string) => void): DecodedSegment | undefined {
  try {
    return decodeStoredSegment(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    fail(`the segment cannot be read: ${error.message}`);
    return undefined;
  }
}

function placeBroken(
  segment: DecodedSegment,
  last: { readonly hash: string; readonly epoch: number; readonly databaseId: string } | undefined,
): string | undefined {
  const epoch = last?.epoch ?? 0;
  if (last !== undefined && segment.databaseId !== last.databaseId) return 'it belongs to another database';
  if (segment.epoch > epoch && segment.kind !== 'fence') return `epoch ${segment.epoch} begins without a fence`;
  if (segment.epoch === epoch && segment.kind === 'fence') return `epoch ${epoch} begins twice`;
  if (segment.previousSegmentHash !== (last?.hash ?? zeroHash)) return 'it does not follow the last live segment';
  let fences = 0;
  for (const { records } of segment.frames) for (const { kind } of records) if (kind === 'fence') fences += 1;
  if (fences !== (segment.kind === 'fence' ? 1 : 0)) return `a ${segment.kind} segment with ${fences} fences`;
  return undefined;
}

function recordViolation(record: DecodedRecord, revision: number, problem: string, atMs: number): Violation {
  const details = { atMs, revisions: [revision + 1] };
  if (record.kind === 'lease-revoke' && /removes/.test(problem))
    return violation('lease keys together', problem, details);
  return violation('revisions', problem, details);
}

/** Of the record with that moment; of a rollback: of what came back. */
export function sequenceAt({ lines }: Pick<FinalLog, 'lines'>, moment: number): number {
  const line = lines.findLast(({ firstMoment }) => firstMoment < moment) ?? lines[0]!;
  return line.sequenceBefore + moment - line.firstMoment;
}

export function finalRevision(log: FinalLog): number {
  return Math.max(revisionInitial, revisionOf(log.model));
}

/** The chain of frames begins with the SHA-256 of the database's id. */
function frameHashInitial(databaseId: string): string {
  const bytes = new Uint8Array(databaseId.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(databaseId.slice(2 * index, 2 * index + 2), 16);
  return hexOfBytes(sha256(bytes));
}
