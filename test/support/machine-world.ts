import type { MachineConfiguration } from '../../src/core/configuration.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import { configurationDefaults } from '../../src/core/configuration.ts';
import { decodeLocalValue, decodePosition, localPositionKey, valueKeyOf } from '../../src/core/format/local-layout.ts';
import { readLocalLog } from '../../src/core/format/local-log.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodeSegment } from '../../src/core/format/segment.ts';
import { segmentHash } from '../../src/core/format/hashes.ts';
import type { Caller } from '../../src/core/types/auth.ts';
import { equalBytes } from '../../src/core/types/bytes.ts';
import type { Answer, CallOperation, Effect } from '../../src/core/types/effect.ts';
import type { DurabilityRule } from '../../src/core/types/log.ts';
import type { LogRecord } from '../../src/core/types/record.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { Response } from '../../src/core/types/response.ts';
import type { Version } from '../../src/core/types/version.ts';
import { createChance, type Chance } from './machine-world-chance.ts';
import { createWorldNode, noFaults, worldDigest, type WorldFaults, type WorldNode } from './machine-world-node.ts';
import { createWorldObjects, type WorldObjects } from './machine-world-store.ts';

/**
 * A small world for whole machines: one thread, virtual time, one object store, several nodes, clients and watchers. What happens in it is
 * a function of the scenario alone. The clients' history and what nodes sent is kept for the oracles.
 */
export interface WorldScenario {
  readonly seed: number;
  readonly nodes: number;
  readonly durability: DurabilityRule;
  readonly faults: WorldFaults;
  readonly disturbances: readonly Disturbance[];
  /** Faults and disturbances end here, and everything has to work again soon. */
  readonly healAtMs: number;
  readonly configuration?: Partial<MachineConfiguration>;
  /** What differs from node to node. */
  readonly configurations?: readonly Partial<MachineConfiguration>[];
  /** Calls that take so many milliseconds longer, by address: `n2/get/manifest/1` is the second node's first reading of it. */
  readonly slowCalls?: Readonly<Record<string, number>>;
}

export interface Disturbance {
  readonly atMs: number;
  readonly node: number;
  readonly kind: 'crash' | 'wipe' | 'pause' | 'suspend' | 'step-wall' | 'stop';
  /** Until it is started again, for a pause its length, for a step of the wall clock its size. */
  readonly forMs: number;
}

/** A version as it was answered, its value read. */
export interface SeenVersion {
  readonly key: string;
  readonly revision: number;
  readonly sub: number;
  value: string | undefined;
  readonly create: number;
  readonly version: number;
  readonly lease: bigint;
}

export interface HistoryEntry {
  readonly id: number;
  readonly node: WorldNode;
  readonly life: number;
  readonly request: Request;
  readonly invokedMs: number;
  /** The highest revision that any client had been told when this began. */
  readonly floor: number;
  answeredMs: number | undefined;
  answer: Answer | undefined;
  /** Of the answer's versions, in order of appearance. */
  seen: readonly SeenVersion[];
}

export interface Watching {
  readonly name: string;
  node: WorldNode | undefined;
  life: number;
  stream: number;
  nextRevision: number;
  readonly events: SeenVersion[];
  /** Revisions skipped, each told by a cancellation: `[from, to)`. */
  readonly gaps: { readonly from: number; readonly to: number }[];
  /** What it was before each response whose values are still being fetched. */
  unsure: { readonly events: number; readonly nextRevision: number; readonly gaps: number }[];
}

/** Values that an edge has asked the core for. */
interface Awaited {
  readonly node: WorldNode;
  readonly life: number;
  readonly absent: readonly Absent[];
  readonly done: (whole: boolean) => void;
}

interface Absent {
  readonly version: Version;
  readonly seen: SeenVersion;
}

export interface World {
  readonly scenario: WorldScenario;
  readonly chance: Chance;
  readonly store: WorldObjects;
  readonly nodes: readonly WorldNode[];
  readonly history: HistoryEntry[];
  readonly watchers: Watching[];
  readonly violations: string[];
  readonly ledger: Map<string, number>;
  /** Failures with which nodes ended, by their words. */
  readonly failures: string[];
  /** When bytes that say that a lease is revoked were sent, by anybody; a deposed leader's may come to nothing. */
  readonly revocationsSentMs: Map<bigint, number[]>;
  /** When bytes that say that a lease is granted were first sent. */
  readonly grantSentMs: Map<bigint, number>;
  readonly logLines: string[];
  now(): number;
  at(realMs: number, run: () => void): void;
  request(node: WorldNode, request: Request, caller?: Caller): HistoryEntry;
  leader(): WorldNode | undefined;
  /** Runs until that time, or until the condition holds; false: it never did. */
  runUntil(realMs: number, until?: () => boolean): boolean;
}

export const worldConfiguration = {
  ...configurationDefaults,
  digest: worldDigest,
  compression: noCompression,
  clientUrls: [],
  leaseMs: 1_000,
  logInflightMax: 3,
  uploadIntervalMs: 200,
  checkpointSegments: 6,
  /** Small, so that a checkpoint has several. */
  checkpointChunkBytes: 256,
  requestTimeoutMs: 3_000,
  valueCacheBytes: 400,
  watchProgressNotifyIntervalMs: 1_000,
} as const;

const restartAfterFailureMs = 500;

export function createWorld(scenario: WorldScenario, content: WorldObjects = createWorldObjects()): World {
  const chance = createChance(scenario.seed);
  const events = createEventQueue();
  const byId = new Map<number, HistoryEntry>();
  const awaited = new Map<number, Awaited>();
  const answering = new Set<number>();
  let nextAwaited = 1;
  let now = 0;
  let floor = 0;
  let nextStream = 1;

  const world: World = {
    scenario,
    chance,
    store: content,
    nodes: Array.from({ length: scenario.nodes }, (_, index) => nodeOf(index)),
    history: [],
    watchers: [],
    violations: [],
    ledger: new Map(),
    failures: [],
    revocationsSentMs: new Map(),
    grantSentMs: new Map(),
    logLines: [],
    now: () => now,
    at: (realMs, run) => events.add(Math.max(realMs, now), run),
    request(node, request, caller) {
      const entry: HistoryEntry = {
        id: world.history.length + 1,
        node,
        life: node.life,
        request,
        invokedMs: now,
        floor,
        answeredMs: undefined,
        answer: undefined,
        seen: [],
      };
      world.history.push(entry);
      byId.set(entry.id, entry);
      node.send({ kind: 'request', id: entry.id, request, caller });
      return entry;
    },
    leader: () => world.nodes.find((node) => node.alive && node.role === 'leader'),
    runUntil(realMs, until) {
      for (;;) {
        if (until?.() === true) return true;
        const next = events.take(realMs);
        if (next === undefined) {
          now = Math.max(now, realMs);
          return until === undefined;
        }
        now = next.atMs;
        next.run();
      }
    },
  };

  function nodeOf(index: number): WorldNode {
    const name = `n${index + 1}`;
    return createWorldNode(
      name,
      {
        ...worldConfiguration,
        durability: scenario.durability,
        memberId: BigInt(index + 1),
        name,
        ...scenario.configuration,
        ...scenario.configurations?.[index],
      },
      {
        chance,
        store: content,
        now: () => now,
        at: (realMs, run) => world.at(realMs, run),
        faults: () => (now < scenario.healAtMs ? scenario.faults : noFaults),
        slowMs: (address) => scenario.slowCalls?.[address] ?? 0,
        happened: (what) => void world.ledger.set(what, (world.ledger.get(what) ?? 0) + 1),
        effect,
        called,
        localChanged,
      },
    );
  }

  function effect(node: WorldNode, happened: Effect): void {
    switch (happened.kind) {
      case 'answer':
        answered(node, happened.id, happened.answer);
        return;
      case 'watch-response': {
        const watching = world.watchers.find(
          (each) => each.node === node && each.life === node.life && each.stream === happened.stream,
        );
        if (watching === undefined) return;
        const delay = chance.between(chance.nth(`${watching.name}/consume`), 0, 30);
        world.at(now + delay, () => {
          if (node.alive && node.life === watching.life)
            node.send({ kind: 'watch-consumed', stream: happened.stream, messages: 1 });
        });
        const { response } = happened;
        const absent: Absent[] = [];
        const before = {
          events: watching.events.length,
          nextRevision: watching.nextRevision,
          gaps: watching.gaps.length,
        };
        for (const { version, previous } of response.events) {
          if (version.modRevision < watching.nextRevision) {
            world.violations.push(
              `${watching.name}: revision ${version.modRevision} after ${watching.nextRevision - 1}`,
            );
          }
          watching.events.push(seenOf(node, version, absent));
          if (previous !== undefined) seenOf(node, previous, absent);
        }
        if (absent.length > 0) {
          watching.unsure.push(before);
          wait(node, absent, true, (whole) => {
            if (!watching.unsure.includes(before)) return;
            if (whole) watching.unsure = watching.unsure.filter((each) => each !== before);
            else detach(watching);
          });
        }
        const last = response.events.at(-1)?.version.modRevision ?? 0;
        // A report of progress promises that nothing up to its revision is still to come.
        const promised =
          response.events.length === 0 && !response.created && !response.canceled ? (response.revision ?? 0) : 0;
        watching.nextRevision = Math.max(watching.nextRevision, last + 1, promised + 1);
        if (response.canceled) {
          if (response.compactRevision > 0) {
            watching.gaps.push({ from: watching.nextRevision, to: response.compactRevision });
            watching.nextRevision = Math.max(watching.nextRevision, response.compactRevision);
            count('watcher cancelled by a compaction');
          }
          node.send({ kind: 'watch-close', stream: happened.stream });
          detach(watching);
        }
        return;
      }
      case 'watch-end':
        for (const watching of world.watchers) {
          if (watching.node === node && watching.stream === happened.stream) detach(watching);
        }
        return;
      case 'values': {
        const waiting = awaited.get(happened.id);
        awaited.delete(happened.id);
        if (waiting === undefined) {
          world.violations.push(`${node.name} gives values ${happened.id}, which nobody wants`);
          return;
        }
        if (waiting.life !== node.life) return;
        count(happened.values === undefined ? 'values that could not be had' : 'value fetched from its chunk');
        for (const { version, seen } of waiting.absent) {
          const value = happened.values?.get(version);
          if (value !== undefined) seen.value = textOf(value);
          else if (happened.values !== undefined)
            world.violations.push(`${node.name} leaves out a value of ${version.key}`);
        }
        waiting.done(happened.values !== undefined);
        return;
      }
      case 'role':
        world.logLines.push(`${now} ${node.name} ${happened.role} ${happened.epoch}`);
        if (happened.role === 'leader') count('reign');
        return;
      case 'log':
        world.logLines.push(`${now} ${node.name} ${happened.level} ${happened.message} ${fieldsOf(happened.fields)}`);
        if (happened.level !== 'debug') count(`log: ${happened.message}`);
        return;
      case 'stopped':
        world.logLines.push(`${now} ${node.name} stopped ${happened.failure ?? ''}`);
        if (happened.failure !== undefined) world.failures.push(happened.failure);
        world.at(now + restartAfterFailureMs, () => {
          if (!node.alive) node.start();
        });
        return;
      default:
    }
  }

  function count(what: string): void {
    world.ledger.set(what, (world.ledger.get(what) ?? 0) + 1);
  }

  function answered(node: WorldNode, id: number, answer: Answer): void {
    const entry = byId.get(id);
    if (entry === undefined || entry.node !== node || entry.life !== node.life) {
      world.violations.push(`${node.name} answers request ${id}, which nobody sent it`);
      return;
    }
    if (answering.has(id)) world.violations.push(`request ${id} is answered twice`);
    answering.add(id);
    const absent: Absent[] = [];
    const seen = answer.kind === 'ok' ? seenIn(node, answer.response, absent) : [];
    if (absent.length === 0) {
      shown(entry, answer, seen);
      return;
    }
    const failed: Answer = { kind: 'error', error: clientErrors.timeout };
    wait(node, absent, false, (whole) => shown(entry, whole ? answer : failed, seen));
  }

  function shown(entry: HistoryEntry, answer: Answer, seen: readonly SeenVersion[]): void {
    entry.answer = answer;
    entry.answeredMs = now;
    if (answer.kind === 'error') {
      count(`answer: ${answer.error.message}`);
      return;
    }
    count(`answer: ${answer.response.kind}`);
    entry.seen = seen;
    if (answer.header.revision > floor) floor = answer.header.revision;
  }

  /** What the local store does not have either goes into `absent`. */
  function seenIn(node: WorldNode, response: Response, absent: Absent[]): readonly SeenVersion[] {
    switch (response.kind) {
      case 'range':
        return response.kvs.map((version) => seenOf(node, version, absent));
      case 'put':
        return response.previous === undefined ? [] : [seenOf(node, response.previous, absent)];
      case 'delete-range':
        return response.previous.map((version) => seenOf(node, version, absent));
      case 'txn':
        return response.responses.flatMap((inner) => seenIn(node, inner.response, absent));
      default:
        return [];
    }
  }

  function seenOf(node: WorldNode, version: Version, absent: Absent[]): SeenVersion {
    const value = version.version === 0 ? undefined : valueOf(node, version);
    const seen: SeenVersion = {
      key: version.key,
      revision: version.modRevision,
      sub: version.sub,
      value: value && textOf(value),
      create: version.createRevision,
      version: version.version,
      lease: version.lease,
    };
    if (version.version !== 0 && value === undefined) absent.push({ version, seen });
    return seen;
  }

  /** Undefined: it is neither in memory nor in the local store. */
  function valueOf(node: WorldNode, version: Version): Uint8Array | undefined {
    if (version.value !== undefined) return version.value;
    const stored = node.readLocal(valueKeyOf(version));
    if (stored === undefined) return undefined;
    const decoded = decodeLocalValue(version, stored, worldDigest);
    if (decoded.kind === 'ok') return decoded.value;
    world.violations.push(`${node.name}: the value of ${version.key} at ${version.modRevision} is damaged`);
    return new Uint8Array(0);
  }

  function wait(node: WorldNode, absent: readonly Absent[], isPatient: boolean, done: (whole: boolean) => void): void {
    const id = nextAwaited++;
    awaited.set(id, { node, life: node.life, absent, done });
    node.send({ kind: 'values-wanted', id, versions: absent.map(({ version }) => version), isPatient });
  }

  /** What came for sure is kept: the stream of a node that dies never gives the rest. */
  function detach(watching: Watching): void {
    watching.node = undefined;
    const [before] = watching.unsure;
    watching.unsure = [];
    if (before === undefined) return;
    watching.events.length = before.events;
    watching.nextRevision = before.nextRevision;
    watching.gaps.length = before.gaps;
  }

  function called(node: WorldNode, operation: CallOperation): void {
    if (operation.kind === 'object-put' && operation.key.startsWith('log/')) {
      const segment = decodeSegment(operation.key, operation.body, worldDigest);
      if (segment.kind !== 'ok') {
        world.violations.push(`${node.name} sends a segment that cannot be read`);
        return;
      }
      for (const { frame } of segment.value.frames) noteLeases(frame.records);
    }
    if (operation.kind === 'disk-append') {
      for (const { frame } of readLocalLog(operation.file, operation.bytes, worldDigest).frames) {
        noteLeases(frame.records);
      }
    }
  }

  function noteLeases(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.kind === 'lease-grant' && !world.grantSentMs.has(record.lease)) {
        world.grantSentMs.set(record.lease, now);
      }
      if (record.kind !== 'lease-revoke') continue;
      const sent = world.revocationsSentMs.get(record.lease);
      if (sent === undefined) world.revocationsSentMs.set(record.lease, [now]);
      else sent.push(now);
    }
  }

  /** The local store never says more than the slots can prove. */
  function localChanged(node: WorldNode): void {
    const stored = node.readLocal(localPositionKey);
    if (stored === undefined) return;
    const decoded = decodePosition(stored, worldDigest);
    if (decoded.kind !== 'ok') {
      world.violations.push(`${node.name}: the position in its local store cannot be read`);
      return;
    }
    const { slot, segmentHash: hash } = decoded.value.position;
    if (slot === 0) return;
    const object = content.objects.get(slotKey(slot));
    if (object !== undefined && equalBytes(segmentHash(object.body, worldDigest), hash)) return;
    world.violations.push(`${node.name}: its local store says slot ${slot}, which the object store does not prove`);
  }

  function follow(watching: Watching): void {
    const attached = watching.node;
    if (attached !== undefined && (!attached.alive || attached.life !== watching.life)) detach(watching);
    if (watching.node === undefined) {
      const node = world.leader();
      if (node !== undefined) {
        watching.node = node;
        watching.life = node.life;
        watching.stream = nextStream++;
        node.send({ kind: 'watch-open', stream: watching.stream });
        if (watching.node === node) {
          node.send({
            kind: 'watch-create',
            stream: watching.stream,
            request: {
              key: '\0',
              rangeEnd: '\0',
              watchId: 0n,
              startRevision: watching.nextRevision,
              progressNotify: true,
              noPut: false,
              noDelete: false,
              previousKv: true,
              fragment: false,
            },
          });
        }
      }
    } else if (chance.happens(chance.nth(`${watching.name}/leaves`), 0.02)) {
      watching.node.send({ kind: 'watch-close', stream: watching.stream });
      detach(watching);
    }
    world.at(now + 100, () => follow(watching));
  }

  function disturb({ node: index, kind, forMs }: Disturbance): void {
    const node = world.nodes[index % world.nodes.length]!;
    if (!node.alive) return;
    switch (kind) {
      case 'crash':
      case 'wipe':
        node.crash(kind === 'crash' || scenario.durability === 'local');
        world.at(now + forMs, () => {
          if (!node.alive) node.start();
        });
        return;
      case 'pause':
      case 'suspend':
        node.pause(forMs, kind === 'suspend');
        return;
      case 'step-wall':
        node.stepWall(forMs - 2_000);
        return;
      case 'stop':
        node.send({ kind: 'stop' });
    }
  }

  for (const node of world.nodes) world.at(chance.between(`${node.name}/first start`, 0, 300), () => node.start());
  for (const disturbance of scenario.disturbances) world.at(disturbance.atMs, () => disturb(disturbance));
  for (const name of ['w1', 'w2']) {
    const watching: Watching = {
      name,
      node: undefined,
      life: 0,
      stream: 0,
      nextRevision: 2,
      events: [],
      gaps: [],
      unsure: [],
    };
    world.watchers.push(watching);
    world.at(50, () => follow(watching));
  }
  return world;
}

function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}

export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

function createEventQueue() {
  const heap: Scheduled[] = [];
  let added = 0;
  const before = (left: Scheduled, right: Scheduled) =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

  return {
    add(atMs: number, run: () => void): void {
      heap.push({ atMs, order: added++, run });
      for (let place = heap.length - 1; place > 0;) {
        const parent = (place - 1) >> 1;
        if (!before(heap[place]!, heap[parent]!)) return;
        [heap[place], heap[parent]] = [heap[parent]!, heap[place]!];
        place = parent;
      }
    },
    /** Undefined: nothing is due by then. */
    take(untilMs: number): Scheduled | undefined {
      const first = heap[0];
      if (first === undefined || first.atMs > untilMs) return undefined;
      const last = heap.pop()!;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let place = 0; ;) {
        const left = 2 * place + 1;
        const right = left + 1;
        let least = place;
        if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
        if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
        if (least === place) return first;
        [heap[place], heap[least]] = [heap[least]!, heap[place]!];
        place = least;
      }
    },
  };
}
