import type { Instant } from '../../src/ports/clock.ts';
import type { StoreChange } from '../types/result.ts';
import type { SystemEffect } from '../types/system.ts';
import { FormatError } from './decoder/cursor.ts';
import { type DecodedFrame, decodeFrames, decodeStoredSegment } from './decoder/log-objects.ts';
import { placeKey } from './family/home-of-key.ts';
import { slotOfKey } from './log.ts';

/**
 * Leases as each leader counts them, by its own monotonic clock: when it last granted or renewed one, when its reign began, and when it first
 * sent the record that ends one. The end of a lease that comes sooner than its time after the last of these is early, whatever the clocks do.
 */
export interface LeaseWatcher {
  effect(node: number, incarnation: number, effect: SystemEffect, at: Instant): void;
  store(change: StoreChange): void;
  /**
   * True time of the last renewal after which a leader said that it had let the lease on leadership lapse, where the store shows that it was late:
   * nobody could renew a lease meanwhile, and each has its full time again. 0: never. `leaseMs`: on leadership; a leader renews it three times in
   * that time, and one that lets it lapse went without for more than a half.
   */
  restartedMs(leaseMs: number): number;
  /** Ends that were sent too early, by epoch and sequence: whether a client asked for it is known only at the end. */
  readonly early: ReadonlyMap<string, EarlyEnd>;
}

export interface EarlyEnd {
  readonly lease: string;
  readonly node: number;
  readonly ttlSeconds: number;
  readonly afterMs: number;
  readonly since: 'renewal' | 'reign';
}

interface Life {
  /** Epoch and monotonic time of the fence that was sent last. */
  fence: { readonly epoch: number; readonly atMs: number } | undefined;
  readonly touched: Map<string, number>;
  readonly ended: Set<string>;
}

export function endName(epoch: number, sequence: number): string {
  return `${epoch}/${sequence}`;
}

const heldAgainWords = 'the lease on leadership is held again';
const controlKey = 'control';

export function createLeaseWatcher(): LeaseWatcher {
  const lives = new Map<string, Life>();
  const ttls = new Map<string, number>();
  const early = new Map<string, EarlyEnd>();
  const renewals: { readonly atMs: number; readonly afterMs: number }[] = [];
  /** How many there were, each time that a leader said so. */
  const heldAgain: number[] = [];

  function lifeOf(node: number, incarnation: number): Life {
    const name = `${node}/${incarnation}`;
    let life = lives.get(name);
    if (life === undefined) lives.set(name, (life = { fence: undefined, touched: new Map(), ended: new Set() }));
    return life;
  }

  function look(life: Life, node: number, frame: DecodedFrame, nowMs: number): void {
    frame.records.forEach((record, index) => {
      if (record.kind === 'lease-grant') ttls.set(record.lease, record.ttlSeconds);
      if (record.kind !== 'lease-revoke' || frame.epoch !== life.fence?.epoch) return;
      const name = endName(frame.epoch, frame.firstSequence + index);
      if (life.ended.has(name)) return;
      life.ended.add(name);
      const touchedMs = life.touched.get(record.lease) ?? -Infinity;
      const sinceMs = Math.max(touchedMs, life.fence.atMs);
      const ttlSeconds = ttls.get(record.lease);
      if (ttlSeconds === undefined || nowMs - sinceMs >= ttlSeconds * 1_000) return;
      const since = touchedMs >= life.fence.atMs ? 'renewal' : 'reign';
      early.set(name, { lease: record.lease, node, ttlSeconds, afterMs: nowMs - sinceMs, since });
    });
  }

  return {
    early,
    restartedMs(leaseMs) {
      const late = heldAgain.flatMap((count) => {
        const renewal = renewals.slice(0, count).findLast(({ afterMs }) => afterMs > leaseMs / 2);
        return renewal === undefined ? [] : [renewal.atMs];
      });
      return Math.max(0, ...late);
    },
    store({ key, atMs }) {
      if (key === controlKey) renewals.push({ atMs, afterMs: atMs - (renewals.at(-1)?.atMs ?? 0) });
    },
    effect(node, incarnation, effect, at) {
      const nowMs = at.monotonicMs;
      if (effect.kind === 'log' && effect.message === heldAgainWords) heldAgain.push(renewals.length);
      if (effect.kind === 'answer') {
        if (effect.answer.kind !== 'ok') return;
        const { response } = effect.answer;
        const touches =
          response.kind === 'lease-grant' || (response.kind === 'lease-keep-alive' && response.ttlSeconds > 0);
        if (touches) lifeOf(node, incarnation).touched.set(response.id, nowMs);
        return;
      }
      if (effect.kind !== 'call') return;
      const { operation } = effect;
      const life = lifeOf(node, incarnation);
      if (operation.kind === 'disk-append') {
        for (const frame of framesOf(() => decodeFrames(operation.bytes, 0))) look(life, node, frame, nowMs);
        return;
      }
      if (operation.kind !== 'object-put' || slotOfKey(placeKey(operation.key).rest) === undefined) return;
      const frames = framesOf(() => {
        // Whoever sends it again sends the same bytes.
        const segment = decodeStoredSegment(operation.body);
        if (segment.kind === 'fence' && life.fence?.epoch !== segment.epoch)
          life.fence = { epoch: segment.epoch, atMs: nowMs };
        return segment.frames;
      });
      for (const frame of frames) look(life, node, frame, nowMs);
    },
  };
}

function framesOf(decode: () => readonly DecodedFrame[]): readonly DecodedFrame[] {
  try {
    return decode();
  } catch (error) {
    // What cannot be read is judged where it is stored.
    if (error instanceof FormatError) return [];
    throw error;
  }
}
