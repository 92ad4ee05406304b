import type { Observer, DisksView } from '../types/observer.ts';
import type { RunResult, Violation } from '../types/result.ts';
import type { SystemAnswer, SystemEffect } from '../types/system.ts';
import { faultKinds } from '../faults/index.ts';
import { type Analysis, analysisOf } from './analysis.ts';
import { authProblem, isObsolete, leasesProblem, versionsProblem } from './check-checkpoints.ts';
import { showKv } from './compare.ts';
import { FormatError, readable } from './decoder/cursor.ts';
import {
  decodeLocalPosition,
  decodeLocalStore,
  isLoadingRecord,
  isPositionKey,
  type StoredEntry,
  versionOfKey,
} from './decoder/local-store.ts';
import { decodeLocalLog } from './decoder/log-objects.ts';
import type { Ledger } from './ledger.ts';
import { versionsUpTo } from './model.ts';
import { violation } from './violation.ts';

/**
 * What a node's own disks hold (protocol, invariant 6):
 * - the local store, as each life finds it, is the state at its place in the log, whole; a value may be missing only where the store itself says that
 *   it is still to come from a checkpoint's chunk;
 * - the local store loses only what the compaction that it holds made obsolete;
 * - a file of the local log is removed only when each frame in it is in its slot.
 *
 * Not judged under faults after which a disk does not hold what it said that it holds.
 */
interface FoundStore {
  readonly node: number;
  readonly incarnation: number;
  readonly atMs: number;
  readonly entries: readonly StoredEntry[];
}

interface Removal {
  readonly node: number;
  readonly file: string;
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

interface Drop {
  readonly node: number;
  readonly atMs: number;
  readonly modRevision: number;
  readonly sub: number;
  /** Of the position that the local store has by then. */
  readonly compactRevision: number;
}

type LocalWrite = Extract<Extract<SystemEffect, { kind: 'call' }>['operation'], { kind: 'local-write' }>;

export function createLocalDisks(): Observer {
  const found: FoundStore[] = [];
  const removals: Removal[] = [];
  const drops: Drop[] = [];
  const views = new Map<number, DisksView>();
  const compactRevisions = new Map<number, number>();
  /** Nodes whose local store does not have all values yet. */
  const loading = new Set<number>();
  let readsWhileLoading = 0;
  /** Of the last change in the store: what is in a slot is there since then at the latest. */
  let storeMs = 0;
  let ledger: Ledger = {};

  function written(node: number, { batch }: LocalWrite): void {
    for (const operation of batch) {
      if (isLoadingRecord(operation)) {
        if (operation.kind === 'put') loading.add(node);
        else loading.delete(node);
        continue;
      }
      if (operation.kind === 'put') {
        if (isPositionKey(operation.key)) notePosition(node, operation.value);
        continue;
      }
      const version = versionOfKey(operation.key);
      const compactRevision = compactRevisions.get(node);
      if (version !== undefined && compactRevision !== undefined)
        drops.push({ node, atMs: storeMs, ...version, compactRevision });
    }
  }

  function notePosition(node: number, stored: Uint8Array): void {
    const position = readable(() => decodeLocalPosition(stored).position);
    if (position === undefined) compactRevisions.delete(node);
    else compactRevisions.set(node, position.compactRevision);
  }

  return {
    name: 'local-disks',
    store(change) {
      storeMs = change.atMs;
      return undefined;
    },
    disks(node, incarnation, view) {
      views.set(node, view);
      compactRevisions.delete(node);
      const entries = view.entries();
      if (entries.some(isLoadingRecord)) loading.add(node);
      else loading.delete(node);
      const stored = entries.find(({ key }) => isPositionKey(key));
      if (stored === undefined) return undefined;
      notePosition(node, stored.value);
      found.push({ node, incarnation, atMs: storeMs, entries });
      return undefined;
    },
    effect(node, _incarnation, effect) {
      if (effect.kind === 'answer' && loading.has(node) && showsValues(effect.answer)) readsWhileLoading += 1;
      if (effect.kind !== 'call') return undefined;
      const { operation } = effect;
      if (operation.kind === 'local-write') written(node, operation);
      if (operation.kind === 'local-set-aside') {
        compactRevisions.delete(node);
        loading.delete(node);
      }
      if (operation.kind !== 'disk-remove') return undefined;
      const { file } = operation;
      const bytes = views.get(node)?.file(file);
      if (bytes !== undefined) removals.push({ node, file, atMs: storeMs, bytes });
      return undefined;
    },
    finish(result) {
      if (hasForgottenDisk(result)) return undefined;
      const analysis = analysisOf(result);
      ledger = {
        'disks: local stores found by a new life': found.length,
        'disks: local stores with values still to come': found.filter(({ entries }) => entries.some(isLoadingRecord))
          .length,
        'disks: reads answered while values were still to come': readsWhileLoading,
        'disks: local log files removed': removals.length,
        'disks: versions dropped by a compaction': drops.length,
      };
      return (
        firstOf(removals, (removal) => removalProblem(analysis, removal)) ??
        firstOf(drops, (drop) => dropProblem(analysis, drop)) ??
        firstOf(found, (store) => storeProblem(analysis, store))
      );
    },
    ledger: () => ledger,
  };
}

function showsValues(answer: SystemAnswer): boolean {
  return answer.kind === 'ok' && answer.response.kind === 'range' && answer.response.kvs.length > 0;
}

function hasForgottenDisk({ counts }: RunResult): boolean {
  return faultKinds.some(({ kind, diskForgets }) => diskForgets === true && (counts.faultsFired[kind] ?? 0) > 0);
}

function firstOf<Item>(items: readonly Item[], judge: (item: Item) => Violation | undefined): Violation | undefined {
  for (const item of items) {
    const problem = judge(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function removalProblem({ log }: Analysis, { node, file, atMs, bytes }: Removal): Violation | undefined {
  const alone = decodeLocalLog(bytes).find(({ hash }) => (log.frameDurableAtMs.get(hash) ?? Infinity) > atMs);
  if (alone === undefined) return undefined;
  return violation(
    'durability',
    `node ${node} removes ${file} from its disk, which alone holds sequence ${alone.firstSequence}: no slot has it`,
    { atMs },
  );
}

function dropProblem({ log: { model } }: Analysis, drop: Drop): Violation | undefined {
  const { node, atMs, modRevision, sub, compactRevision } = drop;
  const version = model.events[modRevision]?.[sub];
  if (version === undefined) return undefined;
  // On the line that the store was of by then. What was rolled back is none of its.
  const next = model.rollbacks.find(({ skippedRevision }) => skippedRevision > compactRevision);
  const own = versionsUpTo(model, model.versions.get(version.key) ?? [], (next?.skippedRevision ?? Infinity) - 1);
  if (!own.includes(version)) return undefined;
  if (isObsolete(version, own[own.indexOf(version) + 1], compactRevision)) return undefined;
  return violation(
    'checkpoints',
    `node ${node} drops ${showKv(version)} from its local store, which is compacted at ${compactRevision} and still needs it`,
    { atMs, revisions: [modRevision] },
  );
}

function storeProblem({ log: { model, lines } }: Analysis, found: FoundStore): Violation | undefined {
  const { node, incarnation, atMs, entries } = found;
  const problem = (words: string) =>
    violation('checkpoints', `the local store that life ${incarnation + 1} of node ${node} finds: ${words}`, { atMs });
  let store: ReturnType<typeof decodeLocalStore>;
  try {
    store = decodeLocalStore(entries);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return problem(error.message);
  }
  if (store === undefined) return undefined;
  const { sequence, revision, compactRevision } = store.position;
  const { databaseId } = store;
  const line = lines.find((each) => each.databaseId === databaseId) ?? lines[0]!;
  const moment = line.firstMoment + sequence - line.sequenceBefore;
  if (moment > line.lastMoment) {
    const end = line.sequenceBefore + line.lastMoment - line.firstMoment;
    return problem(`it is at sequence ${sequence}; the log ends at ${end}`);
  }
  if (model.revisionAt[moment] !== revision) return problem(`sequence ${sequence} is not revision ${revision}`);
  if (model.compactRevisionAt[moment] !== compactRevision)
    return problem(`at sequence ${sequence} nothing was compacted at ${compactRevision}`);
  const versions = store.versions.map((version) => {
    if (!store.toCome.has(`${version.modRevision}/${version.sub}`)) return version;
    return { ...version, value: model.events[version.modRevision]?.[version.sub]?.value ?? '' };
  });
  const wrong =
    leasesProblem(model, store.leases, moment) ??
    authProblem(model, store.auth, store.alarms, moment) ??
    versionsProblem(model, versions, revision, compactRevision);
  return wrong === undefined ? undefined : problem(wrong);
}
