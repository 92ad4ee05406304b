import { createMachine, type Machine } from '../../src/core/machine.ts';
import type { MachineConfiguration } from '../../src/core/configuration.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import type { CallOperation, Effect } from '../../src/core/types/effect.ts';
import type { CallResult, EventBody } from '../../src/core/types/event.ts';
import type { Role } from '../../src/core/types/response.ts';
import type { Instant } from '../../src/ports/clock.ts';
import type { ByteRange, PutOutcome } from '../../src/ports/object-store.ts';
import { byteStringOf } from '../../src/core/types/bytes.ts';
import type { Chance } from './machine-world-chance.ts';
import { createWorldDisk, type WorldDisk } from './machine-world-disk.ts';
import { worldProblem, type WorldObjects } from './machine-world-store.ts';

/** One node of the mini world: a machine, its clocks, its disk, and the way of its calls through the faults. */

export const worldDigest = createNodeDigest();

/** Rates in [0, 1], each switched by a scenario. */
export interface WorldFaults {
  readonly putLost: number;
  readonly putAppliedUnknown: number;
  readonly putAppliedLate: number;
  readonly putAppliedThenConditionFailed: number;
  readonly putConflict: number;
  readonly putRefused: number;
  readonly putSlow: number;
  readonly wrongEtag: number;
  readonly getFailed: number;
  readonly getTruncated: number;
  readonly getCorrupt: number;
  readonly getSlow: number;
  readonly listFailed: number;
  readonly localWriteFailed: number;
  readonly appendFailed: number;
}

export const noFaults: WorldFaults = {
  putLost: 0,
  putAppliedUnknown: 0,
  putAppliedLate: 0,
  putAppliedThenConditionFailed: 0,
  putConflict: 0,
  putRefused: 0,
  putSlow: 0,
  wrongEtag: 0,
  getFailed: 0,
  getTruncated: 0,
  getCorrupt: 0,
  getSlow: 0,
  listFailed: 0,
  localWriteFailed: 0,
  appendFailed: 0,
};

export interface NodeSurroundings {
  readonly chance: Chance;
  readonly store: WorldObjects;
  now(): number;
  at(realMs: number, run: () => void): void;
  faults(): WorldFaults;
  /** How much longer than usual this very call takes. */
  slowMs(address: string): number;
  /** How often each thing happened: what never happened was not tested. */
  happened(what: string): void;
  /** Everything that a machine sends out besides calls and timers. */
  effect(node: WorldNode, effect: Effect): void;
  /** A call is about to be sent. */
  called(node: WorldNode, operation: CallOperation): void;
  /** The local store's content has changed. */
  localChanged(node: WorldNode): void;
}

export interface WorldNode {
  readonly name: string;
  disk: WorldDisk;
  /** Effects performed in all its lives. */
  effects: number;
  /** Counts lives: what belongs to an earlier one is dropped. */
  life: number;
  alive: boolean;
  role: Role;
  /** Crashes when so many effects have been performed. */
  crashAtEffect: number;
  /** Whether that crash leaves the disk. */
  crashKeepsDisk: boolean;
  start(): void;
  crash(keepDisk: boolean): void;
  send(body: EventBody): void;
  /** Stops the process; with `suspended` its monotonic clock stands still too. */
  pause(forMs: number, suspended: boolean): void;
  stepWall(byMs: number): void;
  readLocal(key: Uint8Array): Uint8Array | undefined;
}

const wallOfWorldMs = 1_700_000_000_000;

export function createWorldNode(
  name: string,
  configuration: MachineConfiguration,
  surroundings: NodeSurroundings,
): WorldNode {
  const { chance, store } = surroundings;
  let machine: Machine | undefined;
  let monotonicOffset = 0;
  let wallOffset = chance.between(`${name}/wall`, -5_000, 5_000);
  let pausedUntil = 0;
  let stepping = false;
  let queue: EventBody[] = [];
  let timers = new Set<number>();
  let localBusyUntil = 0;
  let diskBusyUntil = 0;
  let appending: { file: string; bytes: Uint8Array } | undefined;
  const corruptBefore = new Map<string, boolean>();

  const instant = (): Instant => ({
    monotonicMs: surroundings.now() - monotonicOffset,
    wallMs: wallOfWorldMs + surroundings.now() + wallOffset,
  });

  const node: WorldNode = {
    name,
    disk: createWorldDisk(),
    effects: 0,
    life: 0,
    alive: false,
    role: 'stopped',
    crashAtEffect: Infinity,
    crashKeepsDisk: true,
    start() {
      node.life += 1;
      node.alive = true;
      monotonicOffset = surroundings.now() - chance.between(`${name}/${node.life}/monotonic`, 0, 1_000_000);
      machine = createMachine(configuration);
      queue = [];
      timers = new Set();
      pausedUntil = 0;
      localBusyUntil = 0;
      diskBusyUntil = 0;
      appending = undefined;
      const seed = worldDigest.sha256(
        Uint8Array.from(`${name}/${node.life}/${chance.draw(`${name}/${node.life}`)}`, (c) => c.charCodeAt(0)),
      );
      node.send({ kind: 'start', seed });
    },
    crash(keepDisk) {
      if (!node.alive) return;
      node.alive = false;
      node.role = 'stopped';
      machine = undefined;
      queue = [];
      surroundings.happened(keepDisk ? 'crash with disk' : 'crash without disk');
      node.disk = keepDisk ? node.disk.afterCrash(chance, `${name}/${node.life}/crash`, appending) : createWorldDisk();
    },
    send(body) {
      inLife(node.life, () => step(body));
    },
    pause(forMs, suspended) {
      // One pause at a time: what waits for the end of this one keeps its order.
      if (surroundings.now() < pausedUntil) return;
      pausedUntil = surroundings.now() + forMs;
      if (suspended) monotonicOffset += forMs;
      surroundings.happened(suspended ? 'suspension' : 'pause');
    },
    stepWall(byMs) {
      wallOffset += byMs;
    },
    readLocal: (key) => node.disk.local.get(byteStringOf(key)),
  };

  /** Runs when the process runs; a process that has died meanwhile never does it. */
  function inLife(life: number, run: () => void): void {
    if (!node.alive || node.life !== life) return;
    if (surroundings.now() < pausedUntil) {
      surroundings.at(pausedUntil, () => inLife(life, run));
      return;
    }
    run();
  }

  function step(body: EventBody): void {
    queue.push(body);
    if (stepping) return;
    stepping = true;
    try {
      for (let next = queue.shift(); next !== undefined && machine !== undefined; next = queue.shift()) {
        for (const effect of machine.step({ ...next, at: instant() })) {
          perform(effect);
          node.effects += 1;
          if (node.effects >= node.crashAtEffect) {
            node.crashAtEffect = Infinity;
            node.crash(node.crashKeepsDisk);
          }
          if (!node.alive) return;
        }
      }
    } finally {
      stepping = false;
    }
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'call':
        surroundings.called(node, effect.operation);
        call(effect.call, effect.operation);
        return;
      case 'timer-set':
        timers.add(effect.timer);
        waitForTimer(node.life, effect.timer, effect.atMonotonicMs);
        return;
      case 'timer-clear':
        timers.delete(effect.timer);
        return;
      case 'role':
        node.role = effect.role;
        break;
      case 'stopped':
        node.alive = false;
        node.role = 'stopped';
        break;
      default:
    }
    surroundings.effect(node, effect);
  }

  function waitForTimer(life: number, timer: number, atMonotonicMs: number): void {
    const left = Math.max(0, Math.ceil(atMonotonicMs - instant().monotonicMs));
    surroundings.at(surroundings.now() + left, () =>
      inLife(life, () => {
        if (!timers.has(timer)) return;
        if (instant().monotonicMs < atMonotonicMs) {
          waitForTimer(life, timer, atMonotonicMs);
          return;
        }
        timers.delete(timer);
        step({ kind: 'timer', timer });
      }),
    );
  }

  function answer(life: number, callId: number, atMs: number, result: () => CallResult): void {
    surroundings.at(atMs, () => inLife(life, () => step({ kind: 'result', call: callId, result: result() })));
  }

  /** The result is made where the work is done, even if the process that asked is gone or paused. */
  function later(callId: number, doneAtMs: number, answeredAtMs: number, work: () => CallResult): void {
    const { life } = node;
    let made: CallResult | undefined;
    surroundings.at(doneAtMs, () => (made = work()));
    answer(life, callId, answeredAtMs, () => made!);
  }

  function call(callId: number, operation: CallOperation): void {
    switch (operation.kind) {
      case 'object-put':
        put(callId, operation);
        return;
      case 'object-get':
        get(callId, operation.key, operation.range);
        return;
      case 'object-list': {
        const address = chance.nth(`${name}/list/${operation.prefix}`);
        const done = surroundings.now() + chance.between(`${address}/way`, 1, 20);
        const fails = fault(`${address}/failed`, 'listFailed');
        later(callId, done, done + 5, () => ({
          kind: 'object-list',
          outcome: fails
            ? { kind: 'failed', problem: worldProblem }
            : store.list(operation.prefix, operation.options.after ?? '', operation.options.limit ?? 1_000),
        }));
        return;
      }
      case 'object-delete': {
        const done = surroundings.now() + chance.between(chance.nth(`${name}/delete`), 1, 20);
        later(callId, done, done + 5, () => ({ kind: 'object-delete', outcome: store.remove(operation.keys) }));
        return;
      }
      default:
        local(callId, operation);
    }
  }

  function fault(address: string, kind: keyof WorldFaults): boolean {
    if (!chance.happens(address, surroundings.faults()[kind])) return false;
    surroundings.happened(kind);
    return true;
  }

  function put(callId: number, operation: Extract<CallOperation, { kind: 'object-put' }>): void {
    const { key, condition } = operation;
    const body = operation.body.slice();
    const address = chance.nth(`${name}/put/${key}`);
    const sent = surroundings.now();
    const slow = fault(`${address}/slow`, 'putSlow') ? chance.between(`${address}/slowness`, 200, 4_000) : 0;
    const done = sent + chance.between(`${address}/way`, 1, 20) + slow + surroundings.slowMs(address);
    const answered = done + chance.between(`${address}/back`, 1, 20);
    const giveUp = answered + chance.between(`${address}/patience`, 0, 500);
    const give = (outcome: PutOutcome): CallResult => ({ kind: 'object-put', outcome });
    const unknown = give({ kind: 'unknown', problem: worldProblem });
    const { life } = node;

    if (fault(`${address}/lost`, 'putLost')) return answer(life, callId, giveUp, () => unknown);
    if (fault(`${address}/applied-unknown`, 'putAppliedUnknown')) {
      surroundings.at(done, () => void store.put(key, body, condition));
      return answer(life, callId, giveUp, () => unknown);
    }
    if (fault(`${address}/late`, 'putAppliedLate')) {
      const late = giveUp + chance.between(`${address}/lateness`, 1, chance.pick(`${address}/later`, [40, 400, 8_000]));
      surroundings.at(late, () => {
        if (store.put(key, body, condition).kind === 'ok') surroundings.happened('a late PUT that landed');
      });
      return answer(life, callId, giveUp, () => unknown);
    }
    if (fault(`${address}/applied-412`, 'putAppliedThenConditionFailed')) {
      surroundings.at(done, () => void store.put(key, body, condition));
      return answer(life, callId, answered, () => give({ kind: 'condition-failed' }));
    }
    if (fault(`${address}/conflict`, 'putConflict')) {
      return answer(life, callId, answered, () => give({ kind: 'conflict' }));
    }
    if (fault(`${address}/refused`, 'putRefused')) {
      return answer(life, callId, answered, () => give({ kind: 'refused', problem: worldProblem }));
    }
    const wrong = fault(`${address}/wrong-etag`, 'wrongEtag');
    later(callId, done, answered, () => {
      const outcome = store.put(key, body, condition);
      return give(wrong && outcome.kind === 'ok' ? { ...outcome, etag: `"wrong of ${address}"` } : outcome);
    });
  }

  function get(callId: number, key: string, range: ByteRange | undefined): void {
    const address = chance.nth(`${name}/get/${key}`);
    const slow = fault(`${address}/slow`, 'getSlow') ? chance.between(`${address}/slowness`, 200, 3_000) : 0;
    const done = surroundings.now() + chance.between(`${address}/way`, 1, 20) + slow + surroundings.slowMs(address);
    const answered = done + chance.between(`${address}/back`, 1, 20);
    const fails = fault(`${address}/failed`, 'getFailed');
    // What is damaged on each of several readings is damage that stays, which is another test's.
    const mayDamage = !fails && corruptBefore.get(key) !== true;
    const truncated = mayDamage && fault(`${address}/truncated`, 'getTruncated');
    const corrupt = mayDamage && fault(`${address}/corrupt`, 'getCorrupt');
    if (!fails) corruptBefore.set(key, truncated || corrupt);
    later(callId, done, answered, () => {
      if (fails) return { kind: 'object-get', outcome: { kind: 'failed', problem: worldProblem } };
      const outcome = store.get(key, range);
      if (outcome.kind !== 'ok') return { kind: 'object-get', outcome };
      let { body } = outcome;
      if (corrupt) {
        const at = chance.between(`${address}/place`, 0, body.length - 1);
        body = body.slice();
        body[at] = body[at]! ^ (1 << chance.between(`${address}/bit`, 0, 7));
      }
      if (truncated) body = body.slice(0, chance.between(`${address}/length`, 0, body.length - 1));
      return { kind: 'object-get', outcome: { ...outcome, body } };
    });
  }

  function local(callId: number, operation: CallOperation): void {
    const { disk } = node;
    const { life } = node;
    const address = chance.nth(`${name}/local`);
    const now = surroundings.now();
    const takes = chance.between(`${address}/way`, 1, 4);
    const failed: CallResult = { kind: 'local-failed', message: 'a fault of the world' };
    switch (operation.kind) {
      case 'local-write': {
        localBusyUntil = Math.max(localBusyUntil, now) + takes;
        if (fault(`${address}/failed`, 'localWriteFailed')) return answer(life, callId, localBusyUntil, () => failed);
        const visible = disk.localWriteBegun(operation.batch);
        surroundings.at(localBusyUntil, () =>
          inLife(life, () => {
            visible();
            surroundings.localChanged(node);
            step({ kind: 'result', call: callId, result: { kind: 'local-write' } });
          }),
        );
        return;
      }
      case 'local-get': {
        const values = operation.keys.map((key) => disk.local.get(byteStringOf(key))?.slice());
        surroundings.happened('value read from the local store');
        return answer(life, callId, now + takes, () => ({ kind: 'local-get', values }));
      }
      case 'local-scan':
        localBusyUntil = Math.max(localBusyUntil, now) + takes;
        return answer(life, callId, localBusyUntil, () => ({
          kind: 'local-scan',
          entries: disk.scan(operation.from, operation.to, operation.limit),
        }));
      case 'local-set-aside':
        localBusyUntil = Math.max(localBusyUntil, now) + takes;
        surroundings.at(localBusyUntil, () =>
          inLife(life, () => {
            const path = disk.setLocalAside();
            if (path !== undefined) surroundings.happened('local store set aside');
            step({ kind: 'result', call: callId, result: { kind: 'local-set-aside', path } });
          }),
        );
        return;
      case 'disk-append': {
        diskBusyUntil = Math.max(diskBusyUntil, now) + takes;
        const { file } = operation;
        const bytes = operation.bytes.slice();
        appending = { file, bytes };
        const fails = fault(`${address}/append`, 'appendFailed');
        surroundings.at(diskBusyUntil, () =>
          inLife(life, () => {
            appending = undefined;
            disk.append(file, bytes, !fails);
            step({ kind: 'result', call: callId, result: fails ? failed : { kind: 'disk-append' } });
          }),
        );
        return;
      }
      case 'disk-read':
        return onDisk(callId, takes, () => ({ kind: 'disk-read', bytes: disk.files.get(operation.file)?.slice() }));
      case 'disk-list':
        return onDisk(callId, takes, () => ({ kind: 'disk-list', files: [...disk.files.keys()].sort() }));
      case 'disk-remove':
        return onDisk(callId, takes, () => {
          disk.remove(operation.file, operation.durability === 'fsync');
          return { kind: 'disk-remove' };
        });
      case 'disk-set-aside':
        return onDisk(callId, takes, () => ({ kind: 'disk-set-aside', path: disk.setAside(operation.file) }));
      default:
        throw new Error(`no local call: ${operation.kind}`);
    }
  }

  function onDisk(callId: number, takes: number, work: () => CallResult): void {
    diskBusyUntil = Math.max(diskBusyUntil, surroundings.now()) + takes;
    const { life } = node;
    surroundings.at(diskBusyUntil, () => inLife(life, () => step({ kind: 'result', call: callId, result: work() })));
  }

  return node;
}
