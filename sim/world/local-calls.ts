import type { CallResult } from '../../src/core/types/event.ts';
import { byteStringOf } from '../../src/core/types/bytes.ts';
import type { SimulatedDisk } from '../doubles/disk.ts';
import type { SimulatedLocalStore } from '../doubles/local-store.ts';
import type { LocalCall, LocalOperationCall, LocalPlan } from './hooks.ts';
import { hashOf } from './random.ts';
import type { World } from './world.ts';

/**
 * A node's local store and disk, as the host of the core drives them (`src/host/calls.ts`).
 *
 * Invariants:
 * - Disk calls, and writes to the local store, are done in the order in which they begin; reads of the local store run beside them.
 * - A write that deletes what an answer may name begins only when the reads before it have ended; a scan when the writes before it
 *   have; setting aside when both have.
 * - After a failed write to the local store every later one is refused, until it is set aside: what it holds is some first writes, without a hole.
 */
export interface LocalCalls {
  start(operation: LocalOperationCall, answered: (result: CallResult) => void): void;
  /** The process is gone. Of the writes under way the first `kept` share were done, the next one in part. */
  crash(choose: (count: number) => number): void;
}

interface Pending {
  cancelled: boolean;
  readonly fails: boolean;
  /** Writes only: what happens on the device, without waiting for it to be safe. */
  readonly spill: ((choose: (count: number) => number, whole: boolean) => void) | undefined;
}

interface Gate {
  readonly waitsFor: Set<Pending>;
  readonly begin: () => void;
}

export function createLocalCalls(
  world: Pick<World, 'scenario' | 'hooks' | 'isHealed' | 'nowMs' | 'latency' | 'at'>,
  node: number,
  local: SimulatedLocalStore,
  disk: SimulatedDisk,
): LocalCalls {
  const { localLatency, diskLatency } = world.scenario.knobs;
  const reads = new Set<Pending>();
  const writes = new Set<Pending>();
  const diskCalls = new Set<Pending>();
  let gates: Gate[] = [];
  let localFreeMs = 0;
  let diskFreeMs = 0;
  /** Of the local store. */
  let writeFailure: string | undefined;
  const counts = new Map<string, number>();

  function start(operation: LocalOperationCall, answered: (result: CallResult) => void): void {
    const target = targetOf(operation);
    const plan: LocalPlan = {
      extraMs: 0,
      failure: undefined,
      appliedAlthoughFailed: false,
      syncFailed: false,
      syncLied: false,
      staleRead: false,
    };
    const call: LocalCall = { node, operation, target };
    if (world.hooks.local.length > 0 && !world.isHealed(node)) for (const rule of world.hooks.local) rule(call, plan);
    switch (operation.kind) {
      case 'local-get':
        run(reads, operation, plan, answered, () => world.nowMs());
        return;
      case 'local-write': {
        const item = pending(operation, plan);
        writes.add(item);
        const begin = () => queueWrite(item, operation, plan, answered);
        gated(operation.afterReads ? reads : undefined, undefined, begin);
        return;
      }
      case 'local-scan':
        gated(writes, undefined, () => run(undefined, operation, plan, answered, () => world.nowMs()));
        return;
      case 'local-set-aside':
        gated(writes, reads, () => run(writes, operation, plan, answered, localQueue));
        return;
      default:
        run(diskCalls, operation, plan, answered, diskQueue);
    }
  }

  function gated(first: Set<Pending> | undefined, second: Set<Pending> | undefined, begin: () => void): void {
    const waitsFor = new Set([...(first ?? []), ...(second ?? [])]);
    if (waitsFor.size === 0) begin();
    else gates.push({ waitsFor, begin });
  }

  function pending(operation: LocalOperationCall, plan: LocalPlan): Pending {
    return { cancelled: false, fails: plan.failure !== undefined, spill: spillOf(operation, plan) };
  }

  /** What a crash in the middle leaves on the device. */
  function spillOf(operation: LocalOperationCall, plan: LocalPlan): Pending['spill'] {
    if (plan.failure !== undefined && !plan.appliedAlthoughFailed) return undefined;
    if (operation.kind === 'local-write') {
      return (_choose, whole) => {
        if (whole) local.write(operation.batch, 'none');
      };
    }
    if (operation.kind !== 'disk-append') return undefined;
    return (choose, whole) => {
      const { bytes, file } = operation;
      disk.append(file, whole ? bytes : bytes.subarray(0, choose(bytes.length + 1)), 'none');
    };
  }

  function queueWrite(
    item: Pending,
    operation: LocalOperationCall,
    plan: LocalPlan,
    answered: (result: CallResult) => void,
  ): void {
    complete(item, writes, operation, plan, answered, localQueue() + durationMs(operation, plan), (endMs) => {
      localFreeMs = endMs;
    });
  }

  function run(
    set: Set<Pending> | undefined,
    operation: LocalOperationCall,
    plan: LocalPlan,
    answered: (result: CallResult) => void,
    freeMs: () => number,
  ): void {
    const item = pending(operation, plan);
    set?.add(item);
    const endMs = freeMs() + durationMs(operation, plan);
    complete(item, set, operation, plan, answered, endMs, (end) => {
      if (freeMs === diskQueue) diskFreeMs = end;
      if (freeMs === localQueue) localFreeMs = end;
    });
  }

  function localQueue(): number {
    return Math.max(world.nowMs(), localFreeMs);
  }

  function diskQueue(): number {
    return Math.max(world.nowMs(), diskFreeMs);
  }

  function complete(
    item: Pending,
    set: Set<Pending> | undefined,
    operation: LocalOperationCall,
    plan: LocalPlan,
    answered: (result: CallResult) => void,
    endMs: number,
    occupied: (endMs: number) => void,
  ): void {
    occupied(endMs);
    world.at(endMs, () => {
      if (item.cancelled) return;
      const result = perform(operation, plan);
      set?.delete(item);
      answered(result);
      open(item);
    });
  }

  function open(item: Pending): void {
    if (gates.length === 0) return;
    const ready: Gate[] = [];
    for (const gate of gates) if (gate.waitsFor.delete(item) && gate.waitsFor.size === 0) ready.push(gate);
    if (ready.length === 0) return;
    gates = gates.filter((gate) => gate.waitsFor.size > 0);
    for (const gate of ready) gate.begin();
  }

  function durationMs(operation: LocalOperationCall, plan: LocalPlan): number {
    const name = contentOf(operation);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const key = hashOf(node, name);
    if (operation.kind.startsWith('local-')) {
      const synced = operation.kind === 'local-write' && operation.durability === 'fsync';
      return world.latency(synced ? diskLatency : localLatency, key, count) + plan.extraMs;
    }
    const synced = 'durability' in operation && operation.durability === 'fsync';
    return world.latency(diskLatency, key, count) * (synced ? 1 : 0.1) + plan.extraMs;
  }

  function perform(operation: LocalOperationCall, plan: LocalPlan): CallResult {
    if (operation.kind === 'local-write' && writeFailure !== undefined)
      return { kind: 'local-failed', message: `it takes no more writes: an earlier one failed (${writeFailure})` };
    if (plan.failure === undefined) return performed(operation, plan);
    if (operation.kind === 'local-write') writeFailure = plan.failure;
    if (plan.syncFailed && operation.kind === 'disk-append') disk.appendSyncFailed(operation.file, operation.bytes);
    else if (plan.appliedAlthoughFailed) performed(operation, plan);
    return { kind: 'local-failed', message: plan.failure };
  }

  function performed(operation: LocalOperationCall, plan: LocalPlan): CallResult {
    try {
      return done(operation, plan);
    } catch (error) {
      return { kind: 'local-failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  function done(operation: LocalOperationCall, plan: LocalPlan): CallResult {
    switch (operation.kind) {
      case 'local-write':
        local.write(operation.batch, operation.durability);
        return { kind: 'local-write' };
      case 'local-get':
        return { kind: 'local-get', values: local.getMany(operation.keys) };
      case 'local-scan':
        return { kind: 'local-scan', entries: local.scan(operation.from, operation.to, operation.limit) };
      case 'local-set-aside':
        writeFailure = undefined;
        return { kind: 'local-set-aside', path: local.setAside() };
      case 'disk-append':
        if (plan.syncLied) disk.appendLied(operation.file, operation.bytes);
        else disk.append(operation.file, operation.bytes, operation.durability);
        return { kind: 'disk-append' };
      case 'disk-read':
        return {
          kind: 'disk-read',
          bytes: plan.staleRead ? disk.readStale(operation.file) : disk.read(operation.file),
        };
      case 'disk-list':
        return { kind: 'disk-list', files: disk.list() };
      case 'disk-remove':
        disk.remove(operation.file, operation.durability);
        return { kind: 'disk-remove' };
      case 'disk-set-aside':
        return { kind: 'disk-set-aside', path: disk.setAside(operation.file) };
    }
  }

  return {
    start,
    crash(choose) {
      for (const set of [diskCalls, writes]) {
        const items = [...set];
        const whole = choose(items.length + 1);
        for (const [index, item] of items.entries()) {
          if (index > whole || (set === writes && writeFailure !== undefined)) break;
          item.spill?.(choose, index < whole);
          if (set === writes && item.fails) break;
        }
      }
      for (const set of [diskCalls, writes, reads]) {
        for (const item of set) item.cancelled = true;
        set.clear();
      }
      gates = [];
    },
  };
}

/** What a call is about, so that its latency stays its own when other calls go away. */
function contentOf(operation: LocalOperationCall): string {
  switch (operation.kind) {
    case 'local-write':
      return `w${byteStringOf(operation.batch[0]?.key ?? nothing)}`;
    case 'local-get':
      return `g${byteStringOf(operation.keys[0] ?? nothing)}`;
    case 'local-scan':
      return `s${byteStringOf(operation.from)}`;
    default:
      return targetOf(operation);
  }
}

const nothing = new Uint8Array(0);

function targetOf(operation: LocalOperationCall): string {
  return 'file' in operation ? `${operation.kind} ${operation.file}` : operation.kind;
}
