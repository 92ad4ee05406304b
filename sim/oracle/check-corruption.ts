import type { HistoryEvent } from '../types/history.ts';
import type { Observer } from '../types/observer.ts';
import type { RunResult, Violation } from '../types/result.ts';
import type { SystemEffect } from '../types/system.ts';
import { analysisOf } from './analysis.ts';
import { placeKey } from './family/home-of-key.ts';
import type { Ledger } from './ledger.ts';
import { slotKey } from './log.ts';
import { keptUnder } from './promises.ts';
import { createReachability } from './reachability.ts';
import { violation } from './violation.ts';

/**
 * What a leader says of the object store when it holds against it what it serves:
 * - where it says that all is well, it has read, undamaged, every object of the checkpoint that it names and every slot after it;
 * - where it raises CORRUPT, or the recovery before it did, the object that it names came damaged to that very node;
 * - it does not begin to lead from an older checkpoint than the newest without saying so;
 * - an alarm in the log that no client asked for is one that its node said it raises.
 *
 * Judged from the node's calls and its own lines, with a decoder that is not the core's; what the checkpoint names is read from the bytes that were written.
 */
interface Check {
  readonly incarnation: number;
  /** By key: how often it was asked for, and how often what came was damaged. */
  readonly reads: Map<string, { asked: number; damaged: number }>;
}

const beginnings: ReadonlySet<string> = new Set([
  'holding what is served against the object store',
  'holding what was recovered against the object store before it is served',
]);
const passedOverWords = 'checkpoint cannot be used; going back to the one before it';
const toldWords = 'the object store does not hold what is served';
const sameWords = 'what is served is what the object store holds';
const raisedWords = 'the alarm CORRUPT is raised: nothing is changed until somebody takes it back';

/** After these what comes is not what is stored, or not what was put there. */
const damaging: ReadonlySet<string> = new Set(['store-object-rotten', 'store-body-corrupt', 'store-body-truncated']);

export function createCorruptionOracle(): Observer {
  const written = new Map<string, Uint8Array>();
  const reachability = createReachability({ bytes: (key) => written.get(key) });
  const checks = new Map<number, Check>();
  /** By node: what ever came damaged to it. */
  const damagedAt = new Map<number, Set<string>>();
  const members = new Map<number, string>();
  /** Nodes whose recovery passed over a checkpoint, and has not told of it. */
  const untold = new Set<number>();
  const raisedBy = new Set<string>();
  /** The GET that was begun last: what befalls it does so before anything else is done. */
  let asking: { readonly node: number; readonly key: string } | undefined;
  const violations: Violation[] = [];
  const ledger: Record<string, number> = {};

  function count(name: keyof Ledger): void {
    ledger[name] = (ledger[name] ?? 0) + 1;
  }

  function fail(words: string, atMs: number | undefined, keys: readonly string[]): void {
    violations.push(violation('corruption', words, { atMs, keys }));
  }

  function readOf(node: number, key: string): { asked: number; damaged: number } | undefined {
    const reads = checks.get(node)?.reads;
    if (reads === undefined) return undefined;
    let read = reads.get(key);
    if (read === undefined) reads.set(key, (read = { asked: 0, damaged: 0 }));
    return read;
  }

  function said(node: number, incarnation: number, effect: Extract<SystemEffect, { readonly kind: 'log' }>): void {
    const { message, fields = {} } = effect;
    if (beginnings.has(message)) checks.set(node, { incarnation, reads: new Map() });
    else if (message === sameWords) saidSame(node, incarnation, fields as unknown as Extent);
    else if (message === passedOverWords) untold.add(node);
    else if (message === toldWords) untold.delete(node);
    else if (message === raisedWords) saidCorrupt(node, String(fields['reason']));
  }

  function saidSame(node: number, incarnation: number, { checkpoint, firstSlot, lastSlot }: Extent): void {
    const check = checks.get(node);
    checks.delete(node);
    count('corruption: checks that found nothing');
    const wellRead = new Set<string>();
    if (check?.incarnation === incarnation) {
      for (const [key, { asked, damaged }] of check.reads) if (asked > damaged) wellRead.add(key);
    }
    const tree = checkpoint === '' ? [] : reachability.tree({ key: checkpoint });
    const missing = [...tree].find((key) => !wellRead.has(key)) ?? missingSlot(wellRead, firstSlot, lastSlot);
    if (missing === undefined) return;
    fail(`node ${node} says that the store holds what it serves, and has not read ${missing} whole`, undefined, [
      missing,
    ]);
  }

  function saidCorrupt(node: number, reason: string): void {
    count('corruption: alarms raised');
    const member = members.get(node);
    if (member !== undefined) raisedBy.add(member);
    const key = (reason.split(':', 1)[0] ?? '').replace(/^\//, '');
    const damaged = [...(damagedAt.get(node) ?? [])];
    if (damaged.some((each) => each === key || placeKey(each).rest === key)) return;
    fail(`node ${node} raises CORRUPT, and nothing came damaged to it there: ${reason}`, undefined, [key]);
  }

  function became(node: number, role: string): void {
    if (role === 'leader' && untold.has(node)) {
      fail(`node ${node} leads from an older checkpoint than the newest, and raises no alarm`, undefined, []);
    }
    if (role === 'leader' || role === 'recovering') untold.delete(node);
  }

  function befell(event: Extract<HistoryEvent, { readonly kind: 'fault' }>): void {
    const { node, detail, faultKind } = event;
    if (node === undefined || !damaging.has(faultKind) || !detail.startsWith('get ')) return;
    const key = detail.slice('get '.length);
    const damaged = damagedAt.get(node) ?? new Set();
    damagedAt.set(node, damaged.add(key));
    // A tool, or a node of a branch, that has its network from this node may read the same; and two faults may befall one GET.
    if (asking?.node !== node || asking.key !== key) return;
    asking = undefined;
    const read = readOf(node, key);
    if (read !== undefined) read.damaged += 1;
  }

  function unannounced(result: RunResult): Violation | undefined {
    const { records } = analysisOf(result).log;
    for (const { record, durableAtMs } of records) {
      if (record.kind !== 'alarm' || record.alarm !== 'corrupt' || !record.active) continue;
      if (raisedBy.has(record.memberId) || isAskedFor(result, record.memberId)) continue;
      const words = `member ${record.memberId} has CORRUPT raised in the log, and neither it nor a client said so`;
      return violation('corruption', words, { atMs: durableAtMs });
    }
    return undefined;
  }

  return {
    name: 'corruption',
    history(event) {
      if (event.kind === 'node-start') members.set(event.node, event.memberId);
      if (event.kind === 'fault') befell(event);
      return undefined;
    },
    store({ key, bytes }) {
      if (bytes !== undefined && !written.has(key)) written.set(key, bytes);
      return undefined;
    },
    effect(node, incarnation, effect) {
      if (effect.kind === 'log') said(node, incarnation, effect);
      if (effect.kind === 'role') became(node, effect.role);
      asking = undefined;
      if (effect.kind === 'call' && effect.operation.kind === 'object-get') {
        asking = { node, key: effect.operation.key };
        const read = readOf(node, effect.operation.key);
        if (read !== undefined) read.asked += 1;
      }
      return undefined;
    },
    finish(result) {
      const kept = keptUnder(result.scenario);
      if (kept?.has('corruption') === false) return undefined;
      return violations[0] ?? unannounced(result);
    },
    ledger: () => ledger,
  };
}

interface Extent {
  readonly checkpoint: string;
  readonly firstSlot: number;
  readonly lastSlot: number;
}

/** Wherever the database is by then: after a rollback it has another home. */
function missingSlot(wellRead: ReadonlySet<string>, first: number, last: number): string | undefined {
  const slots = new Set([...wellRead].map((key) => placeKey(key).rest));
  for (let slot = first; slot <= last; slot++) if (!slots.has(slotKey(slot))) return slotKey(slot);
  return undefined;
}

function isAskedFor({ history }: RunResult, memberId: string): boolean {
  return history.some(
    (event) =>
      event.kind === 'invoke' &&
      event.request.kind === 'alarm' &&
      event.request.action === 'activate' &&
      event.request.alarm === 'corrupt' &&
      event.request.memberId === memberId,
  );
}
