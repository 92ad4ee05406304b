import type { Instant } from '../../src/ports/clock.ts';
import type { Observer } from '../types/observer.ts';
import type { PlainResponse } from '../types/plain.ts';
import type { StoreChange, Violation } from '../types/result.ts';
import type { SystemEffect } from '../types/system.ts';
import type { HistoryEvent } from '../types/history.ts';
import { saysItWrote } from './calls.ts';
import { readable } from './decoder/cursor.ts';
import {
  type DecodedFrame,
  type DecodedSegment,
  decodeFrames,
  decodeSegment,
  decodeStoredSegment,
} from './decoder/log-objects.ts';
import { type DecodedControl, decodeControl } from './decoder/control.ts';
import { type DecodedManifest, decodeManifest } from './decoder/manifest.ts';
import { placeKey } from './family/home-of-key.ts';
import type { Ledger } from './ledger.ts';
import { slotKey, slotOfKey } from './log.ts';
import { revisionInitial } from './model.ts';
import { violation, type ViolationDetails } from './violation.ts';

/**
 * What has to hold at every step, at constant cost:
 * - a slot is written once; a reign sends one content for it; whoever writes the log, `control` or the manifest names a condition;
 * - `control` goes forward: epochs rise, a reign counts its writes;
 * - sequences and revisions rise by one along the log;
 * - nothing is acknowledged or shown beyond what is durable, and nothing by a reign of which the log goes on without it;
 * - a watcher's revisions only go forward;
 * - what goes on for a database that was rolled back is named once, for ever, and all of this holds from line to line.
 */
export function createInvariants(): Observer {
  const slots = new Map<string, DecodedSegment | 'unreadable'>();
  const deleted = new Set<string>();
  const sent = new Map<string, string>();
  const watched = new Map<string, number>();
  const nodeRevisions = new Map<number, number>();
  const endOfEpoch = new Map<number, number>();
  const ledger: Record<string, number> = {};
  const fired: { readonly fault: string; readonly node: number | undefined }[] = [];
  /** How many faults had taken effect when a call was sent, or when a stream was opened or last heard of. */
  const firedBefore = new Map<string, number>();
  let rule: 'object' | 'local' = 'object';
  let everLocal = false;
  const controls = new Map<string, DecodedControl>();
  /** Of the database, the one in use last. */
  const lines = [''];
  /** Of branches that rollbacks made: what each began as. Whether a database is rolled back at all is known from the operators. */
  const begun = new Map<string, DecodedManifest>();
  let restores = 0;
  let nextSlot = 1;
  let epoch = 0;
  /** Undefined: a line begins, with what its first frame says. That it is the right one is judged by the whole log. */
  let sequence: number | undefined = 0;
  let revision = revisionInitial;
  let nowMs = 0;

  function count(name: keyof Ledger): void {
    ledger[name] = (ledger[name] ?? 0) + 1;
  }

  function advance(): Violation | undefined {
    for (;;) {
      const segment = slots.get(lines.at(-1)! + slotKey(nextSlot));
      if (segment === undefined) return undefined;
      nextSlot += 1;
      if (segment === 'unreadable' || segment.epoch < epoch) continue;
      if (segment.epoch > epoch) {
        for (let passed = epoch; passed < segment.epoch; passed++) {
          if (!endOfEpoch.has(passed)) endOfEpoch.set(passed, revisionBeforeFence(segment));
        }
        epoch = segment.epoch;
      }
      for (const frame of segment.frames) {
        const found = follow(frame, segment.slot);
        if (found !== undefined) return found;
      }
    }
  }

  /** The frames that a new leader brings along from its disk are still the reigns' before it. */
  function revisionBeforeFence(segment: DecodedSegment): number {
    return revision + segment.frames.reduce((sum, frame) => sum + frame.records.filter(takesRevision).length, 0);
  }

  function follow(frame: DecodedFrame, slot: number): Violation | undefined {
    sequence ??= frame.firstSequence - 1;
    if (frame.firstSequence !== sequence + 1) {
      return violation('revisions', `slot ${slot} goes on with sequence ${frame.firstSequence} after ${sequence}`, {
        atMs: nowMs,
      });
    }
    sequence += frame.records.length;
    for (const record of frame.records) {
      if (!takesRevision(record)) continue;
      if (record.revision !== revision + 1) {
        return violation('revisions', `slot ${slot} holds revision ${record.revision} after ${revision}`, {
          atMs: nowMs,
          revisions: [record.revision],
        });
      }
      revision = record.revision;
    }
    return undefined;
  }

  /** From now on the database goes on there. */
  function manifestChanged(home: string, { bytes, key, node, atMs }: StoreChange): Violation | undefined {
    const manifest = bytes === undefined || node === undefined ? undefined : readable(() => decodeManifest(bytes));
    if (manifest === undefined) return undefined;
    if (!begun.has(home)) begun.set(home, manifest);
    const at = lines.indexOf(home);
    if (at < 0) return undefined;
    const known = lines[at + 1];
    if (manifest.successor === known) return undefined;
    const details = { atMs, keys: [key] };
    if (known !== undefined)
      return violation(
        'one log',
        `${known} goes on for the database, and ${key} now says ${manifest.successor}`,
        details,
      );
    const next = begun.get(manifest.successor!);
    if (next?.base === undefined || next.predecessor !== home)
      return violation(
        'one log',
        `${key} says that the database goes on at ${manifest.successor}, which is nothing of the kind`,
        details,
      );
    for (let passed = 0; passed <= manifest.epoch; passed++)
      if (!endOfEpoch.has(passed)) endOfEpoch.set(passed, revision);
    count('rollbacks: the line left for another one');
    lines.push(next.home);
    epoch = Math.max(epoch, manifest.epoch);
    revision = Math.max(revision, next.base.stretches.at(-1)!.skippedRevision);
    sequence = undefined;
    nextSlot = 1;
    return advance();
  }

  function slotChanged(change: StoreChange): Violation | undefined {
    const { bytes, key, atMs, node } = change;
    if (node === undefined) return undefined;
    const before = slots.get(key);
    // What may be deleted is another oracle's to say; what was written stays written, and no slot is filled again.
    if (bytes === undefined) {
      deleted.add(key);
      return undefined;
    }
    // A copy of the PUT that had filled it, late on its way: nobody is told anything by it.
    const isCopy = deleted.has(key) && before !== undefined && before !== 'unreadable' && isSame(before, bytes);
    if (isCopy) return undefined;
    if (before !== undefined) {
      return violation('one log', `node ${node} wrote ${key}, which had been written`, { atMs, keys: [key] });
    }
    slots.set(key, readable(() => decodeStoredSegment(bytes)) ?? 'unreadable');
    return advance();
  }

  function controlChanged({ bytes, key, node, atMs }: StoreChange): Violation | undefined {
    if (node === undefined) return undefined;
    const details = { atMs, keys: [key] };
    if (bytes === undefined) return violation('one log', `node ${node} deleted control`, details);
    const next = readable(() => decodeControl(bytes));
    if (next === undefined) return violation('one log', `node ${node} wrote a control that cannot be read`, details);
    const before = controls.get(key);
    controls.set(key, next);
    rule = next.rule;
    if (rule === 'local') everLocal = true;
    if (before === undefined) return undefined;
    count('invariants: control changed by compare-and-swap');
    if (next.databaseId !== before.databaseId)
      return violation('one log', `node ${node} wrote the control of another database`, details);
    if (next.epoch < before.epoch)
      return violation(
        'one log',
        `node ${node} took control back from epoch ${before.epoch} to ${next.epoch}`,
        details,
      );
    if (next.epoch > before.epoch) return undefined;
    // A tool that took the lead leaves it to nobody.
    const isLeft = next.leader === undefined && next.released;
    if (!isLeft && next.leader?.nonce !== before.leader?.nonce) {
      return violation(
        'one live epoch',
        `epoch ${next.epoch} has two leaders: node ${node} wrote control in it under another nonce`,
        details,
      );
    }
    if (next.renewal <= before.renewal)
      return violation('one log', `control goes from renewal ${before.renewal} to ${next.renewal}`, details);
    return undefined;
  }

  function putSent(node: number, key: string, body: Uint8Array, condition: string): Violation | undefined {
    const details = { atMs: nowMs, keys: [key] };
    const isUnconditional = condition === 'none' && !key.startsWith('probe/');
    if (isUnconditional) return violation('one log', `node ${node} writes ${key} without a condition`, details);
    const slot = slotOfKey(placeKey(key).rest);
    if (slot === undefined) return undefined;
    if (condition !== 'absent')
      return violation('one log', `node ${node} writes ${key} under another condition than that it is absent`, details);
    const segment = readable(() => decodeSegment(body));
    if (segment === undefined) return violation('one log', `node ${node} writes a ${key} that cannot be read`, details);
    const name = `${key} ${segment.nonce}`;
    const before = sent.get(name);
    if (before !== undefined && before !== segment.hash) {
      return violation(
        'one live epoch',
        `epoch ${segment.epoch} sends another content for ${key} than before: the first may still land`,
        details,
      );
    }
    sent.set(name, segment.hash);
    return undefined;
  }

  function knownTo(node: number): number {
    return rule === 'local' || everLocal ? Math.max(revision, nodeRevisions.get(node) ?? 0) : revision;
  }

  /** The call or stream, and the faults that took effect meanwhile, on the node or between nodes. */
  function about(node: number, toward: string | undefined): Pick<ViolationDetails, 'operations' | 'faults'> {
    if (toward === undefined) return {};
    const meanwhile = fired.slice(firedBefore.get(toward) ?? 0);
    const faults = meanwhile.filter((each) => each.node === undefined || each.node === node).map(({ fault }) => fault);
    return { operations: [toward], faults: [...new Set(faults)] };
  }

  function answered(
    node: number,
    term: number,
    shown: number,
    response: PlainResponse,
    toward: string | undefined,
  ): Violation | undefined {
    const what = saysItWrote(response) ? 'acknowledges' : 'answers at';
    const details = () => ({ atMs: nowMs, revisions: [shown], ...about(node, toward) });
    if (shown > knownTo(node)) {
      return violation(
        'durability',
        `node ${node} ${what} revision ${shown}; the last durable one is ${knownTo(node)}`,
        details(),
      );
    }
    count('invariants: acknowledgements that were durable');
    const end = endOfEpoch.get(term);
    if (end === undefined || shown <= end || everLocal) return undefined;
    return violation(
      'one live epoch',
      `node ${node} ${what} revision ${shown} in epoch ${term}, of which the log goes on after revision ${end} without it`,
      details(),
    );
  }

  function watchShown(
    node: number,
    incarnation: number,
    effect: Extract<SystemEffect, { kind: 'watch-response' }>,
    toward: string | undefined,
  ): Violation | undefined {
    const { response, stream } = effect;
    const name = `${node}/${incarnation}/${stream}/${response.watchId}`;
    let last = watched.get(name) ?? 0;
    for (const [index, { kv }] of response.events.entries()) {
      const begins = index === 0 || kv.modRevision !== response.events[index - 1]!.kv.modRevision;
      if (kv.modRevision < last || (begins && kv.modRevision === last)) {
        return violation('watch order', `node ${node} sends a watcher revision ${kv.modRevision} after ${last}`, {
          atMs: nowMs,
          revisions: [kv.modRevision],
          ...about(node, toward),
        });
      }
      last = kv.modRevision;
    }
    if (last > knownTo(node)) {
      return violation(
        'durability',
        `node ${node} shows a watcher revision ${last}; the last durable one is ${knownTo(node)}`,
        {
          atMs: nowMs,
          revisions: [last],
          ...about(node, toward),
        },
      );
    }
    if (response.events.length > 0) count('invariants: watch responses in order');
    watched.set(name, last);
    return undefined;
  }

  function effect(
    node: number,
    incarnation: number,
    done: SystemEffect,
    _at: Instant,
    toward?: string,
  ): Violation | undefined {
    switch (done.kind) {
      case 'answer': {
        const { answer } = done;
        return answer.kind === 'ok'
          ? answered(node, answer.header.term, answer.header.revision, answer.response, toward)
          : undefined;
      }
      case 'watch-response':
        return watchShown(node, incarnation, done, toward);
      case 'call': {
        const { operation } = done;
        if (operation.kind === 'object-put')
          return putSent(node, operation.key, operation.body, operation.condition.kind);
        if (operation.kind !== 'disk-append') return undefined;
        for (const frame of readable(() => decodeFrames(operation.bytes, 0)) ?? []) {
          for (const record of frame.records) if (takesRevision(record)) nodeRevisions.set(node, record.revision);
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  return {
    name: 'invariants',
    history(event: HistoryEvent) {
      nowMs = event.atMs;
      if (event.kind === 'restore-start') restores += 1;
      if (event.kind === 'fault') fired.push({ fault: event.fault, node: event.node });
      else if (event.kind === 'invoke') firedBefore.set(event.call, fired.length);
      else if (event.kind === 'watch-open' || event.kind === 'watch-response')
        firedBefore.set(event.stream, fired.length);
      return undefined;
    },
    store(change) {
      nowMs = change.atMs;
      const { home, rest } = placeKey(change.key);
      if (rest === 'manifest' && restores > 0) return manifestChanged(home, change);
      // Others are judged as branches.
      if (!lines.includes(home)) return undefined;
      if (slotOfKey(rest) !== undefined) return slotChanged(change);
      return rest === 'control' ? controlChanged(change) : undefined;
    },
    effect,
    ledger: () => ledger,
  };
}

function isSame({ hash }: DecodedSegment, bytes: Uint8Array): boolean {
  return readable(() => decodeStoredSegment(bytes))?.hash === hash;
}

function takesRevision(record: {
  readonly kind: string;
  readonly revision?: number;
}): record is { kind: string; revision: number } {
  return record.kind === 'write' || (record.kind === 'lease-revoke' && record.revision! > 0);
}
