import fc from 'fast-check';
import { expect, it } from 'vitest';
import { watchBufferBytesMax, watchBufferMessagesMax, watchEventBytes } from '../../src/core/limits.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import type { WatchCreateRequest, WatchEvent, WatchResponse } from '../../src/core/types/watch.ts';
import { createWatchWorld, feedAll, watch, type Change, type WatchWorld } from '../support/watch-world.ts';

/**
 * The hub against a model that knows every event and every watcher, under any order of commits, creations, cancellations, slow and
 * fast consumers, compactions and progress requests.
 */

const keys = ['a', 'aa', 'b', 'c', 'infinity'];
const streams = [0, 1, 2];

const key = fc.constantFrom(...keys);
const stream = fc.constantFrom(...streams);
const megabyte = 1024 * 1024;
const change: fc.Arbitrary<Change> = fc.record({
  key,
  valueBytes: fc.oneof(
    { weight: 6, arbitrary: fc.nat(10) },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.integer({ min: megabyte, max: 5 * megabyte }) },
    { weight: 1, arbitrary: fc.constant(watchBufferBytesMax + 1) },
  ),
});
const changes = fc.uniqueArray(change, { selector: (one) => one.key, minLength: 1, maxLength: 4 });

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('append' as const), changes }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('settle' as const), revisions: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('burst' as const), changes, times: fc.integer({ min: 1, max: 700 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      stream,
      key: fc.constantFrom('', ...keys),
      rangeEnd: fc.constantFrom(undefined, '\0', ...keys),
      back: fc.option(fc.integer({ min: -3, max: 40 }), { nil: undefined }),
      noPut: fc.boolean(),
      noDelete: fc.boolean(),
      previousKv: fc.boolean(),
      progressNotify: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), stream, id: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('consume' as const), stream, share: fc.constantFrom(0.1, 0.5, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), back: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('progress' as const), stream }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('work' as const), versions: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), ms: fc.nat(1_500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), stream }) },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

interface ModelWatcher {
  readonly request: WatchCreateRequest;
  /** First revision that it may see. */
  readonly start: number;
  /** No revision below is missing for it, as far as can be told from outside. */
  known: number;
  readonly received: WatchEvent[];
  readonly progressNotify: boolean;
}

interface ModelStream {
  readonly watchers: Map<bigint, ModelWatcher>;
  /** Cancelled by compaction; a cancellation by the client is still answered, once. */
  readonly compacted: Set<bigint>;
  /** Handed out, not consumed. */
  readonly buffer: WatchResponse[];
  creating: WatchCreateRequest | undefined;
}

function matches(request: WatchCreateRequest, version: Version): boolean {
  const from = request.key === '' ? '\0' : request.key;
  const inRange =
    request.rangeEnd === undefined
      ? version.key === from
      : version.key >= from && (request.rangeEnd === '\0' || version.key < request.rangeEnd);
  return inRange && (isTombstone(version) ? !request.noDelete : !request.noPut);
}

class Model {
  readonly streams = new Map<number, ModelStream>();
  readonly world: WatchWorld;
  now = 0;
  /** How often each kind of thing was really seen. */
  readonly seen = new Set<string>();

  constructor() {
    this.world = createWatchWorld({
      onResponse: (id, response) => this.receive(id, response),
      progressIntervalMs: 1_000,
    });
    for (const id of streams) this.open(id);
  }

  open(id: number): void {
    this.streams.set(id, { watchers: new Map(), compacted: new Set(), buffer: [], creating: undefined });
    this.world.hub.open(id, this.now);
  }

  expected(watcher: ModelWatcher, through: number): Version[] {
    return this.world.everything.filter(
      (version) =>
        version.modRevision >= watcher.start && version.modRevision <= through && matches(watcher.request, version),
    );
  }

  receive(id: number, response: WatchResponse): void {
    const target = this.streams.get(id)!;
    target.buffer.push(response);
    this.checkBudget(target);
    expect(response.term).toBe(7);
    if (response.created) return this.receiveCreated(target, response);
    if (response.compactRevision !== 0) return this.receiveCompacted(target, response);
    if (response.canceled) {
      expect(target.watchers.delete(response.watchId) || target.compacted.delete(response.watchId)).toBe(true);
      return;
    }
    expect(response.revision).toBe(this.world.revision());
    if (response.events.length === 0) return this.receiveProgress(target, response);
    this.receiveEvents(target.watchers.get(response.watchId)!, response);
  }

  receiveCreated(target: ModelStream, response: WatchResponse): void {
    expect(response.revision).toBe(this.world.revision());
    if (response.canceled) {
      expect(response.watchId).toBe(-1n);
      return;
    }
    const request = target.creating!;
    const next = this.world.revision() + 1;
    const start = request.startRevision === 0 ? next : request.startRevision;
    expect(target.watchers.has(response.watchId)).toBe(false);
    target.watchers.set(response.watchId, {
      request,
      start,
      known: start,
      received: [],
      progressNotify: request.progressNotify,
    });
  }

  receiveCompacted(target: ModelStream, response: WatchResponse): void {
    this.seen.add('compacted');
    const watcher = target.watchers.get(response.watchId)!;
    expect(response).toMatchObject({ canceled: true, revision: undefined, cancelReason: '', events: [] });
    expect(response.compactRevision).toBe(this.world.compactRevision());
    expect(watcher.known).toBeLessThan(response.compactRevision);
    target.watchers.delete(response.watchId);
    target.compacted.add(response.watchId);
  }

  receiveProgress(target: ModelStream, response: WatchResponse): void {
    this.seen.add(response.watchId === -1n ? 'progress' : 'report');
    const concerned =
      response.watchId === -1n ? [...target.watchers.values()] : [target.watchers.get(response.watchId)!];
    expect(concerned.length).toBeGreaterThan(0);
    for (const watcher of concerned) {
      if (response.watchId !== -1n) expect(watcher.progressNotify).toBe(true);
      if (watcher.request.startRevision !== 0) expect(watcher.start).toBeLessThanOrEqual(response.revision!);
      expect(watcher.received.length).toBe(this.expected(watcher, response.revision!).length);
      watcher.known = response.revision! + 1;
    }
  }

  /** The next events of the watcher, in order, none left out, all of each revision. */
  receiveEvents(watcher: ModelWatcher, response: WatchResponse): void {
    const last = response.events.at(-1)!.version.modRevision;
    expect(last).toBeLessThanOrEqual(response.revision!);
    const all = this.expected(watcher, last);
    expect(watcher.received.length + response.events.length).toBe(all.length);
    response.events.forEach((event, index) => {
      expect(event.version).toBe(all[watcher.received.length + index]);
      expect(event.previous).toBe(watcher.request.previousKv ? this.previous(event.version) : undefined);
    });
    if (response.events[0]!.version.modRevision !== last) this.seen.add('batch');
    watcher.received.push(...response.events);
    watcher.known = last + 1;
  }

  previous(version: Version): Version | undefined {
    if (version.modRevision - 1 < this.world.compactRevision()) return undefined;
    const before = this.world.everything.findLast(
      (other) => other.key === version.key && other.modRevision < version.modRevision,
    );
    return before === undefined || isTombstone(before) ? undefined : before;
  }

  checkBudget({ buffer }: ModelStream): void {
    const counted = buffer.filter((response) => !response.created && !response.canceled);
    expect(counted.length).toBeLessThanOrEqual(watchBufferMessagesMax);
    const heavy = counted.filter((response) => response.events.length > 0);
    if (bytesOf(heavy) <= watchBufferBytesMax) return;
    expect(heavy.length).toBe(1);
    expect(new Set(heavy[0]!.events.map((event) => event.version.modRevision)).size).toBe(1);
    this.seen.add('single large revision');
  }

  run(step: Step): void {
    const { hub } = this.world;
    switch (step.kind) {
      case 'append':
        this.world.append(...step.changes);
        return;
      case 'settle':
        for (let count = 0; count < step.revisions; count++) this.world.settle();
        return;
      case 'burst':
        for (let count = 0; count < step.times; count++) this.world.append(...step.changes);
        while (this.world.settle());
        return;
      case 'create':
        this.create(step);
        return;
      case 'cancel':
        hub.cancel(step.stream, BigInt(step.id));
        return;
      case 'consume':
        this.consume(step.stream, step.share);
        return;
      case 'compact': {
        const revision = this.world.revision() - step.back;
        if (revision > this.world.compactRevision()) this.world.compact(revision);
        return;
      }
      case 'progress':
        hub.requestProgress(step.stream);
        return;
      case 'work':
        hub.work(step.versions);
        return;
      case 'tick':
        this.now += step.ms;
        hub.tick(this.now);
        return;
      case 'reopen':
        hub.close(step.stream);
        this.open(step.stream);
        return;
    }
  }

  create(step: Extract<Step, { kind: 'create' }>): void {
    const { kind: _, stream: id, back, ...rest } = step;
    const startRevision = back === undefined ? 0 : Math.max(0, this.world.revision() - back);
    const target = this.streams.get(id)!;
    target.creating = watch(step.key, { ...rest, startRevision });
    this.world.hub.create(id, target.creating, this.now);
  }

  consume(id: number, share: number): void {
    const { buffer } = this.streams.get(id)!;
    const taken = buffer.splice(0, Math.ceil(buffer.length * share));
    if (taken.length > 0) this.world.hub.consumed(id, taken.length);
  }

  /** Everybody reads to the end: nothing may be missing, and everything is known to be there. */
  finish(): void {
    const { hub } = this.world;
    while (this.world.settle());
    const waiting = () => hub.hasWork() || [...this.streams.values()].some(({ buffer }) => buffer.length > 0);
    for (let turn = 0; waiting(); turn++) {
      expect(turn).toBeLessThan(10_000);
      feedAll(this.world);
      for (const id of streams) this.consume(id, 1);
    }
    expect(hub.counts().slowWatchers).toBe(0);
    expect(hub.counts().watchers).toBe(
      [...this.streams.values()].reduce((sum, { watchers }) => sum + watchers.size, 0),
    );
    for (const [id, target] of this.streams) {
      const watchers = [...target.watchers.values()];
      for (const watcher of watchers) {
        expect(watcher.received.length).toBe(this.expected(watcher, this.world.revision()).length);
      }
      hub.requestProgress(id);
      const begun = watchers.every((watcher) => watcher.request.startRevision <= this.world.revision());
      expect(target.buffer.length).toBe(watchers.length > 0 && begun ? 1 : 0);
    }
  }
}

/** Counted anew: keys and values of all events, previous ones included. */
function bytesOf(responses: readonly WatchResponse[]): number {
  let bytes = 0;
  for (const { events } of responses) {
    for (const { version, previous } of events) {
      bytes += watchEventBytes + version.key.length + version.valueBytes;
      if (previous !== undefined) bytes += previous.key.length + previous.valueBytes;
    }
  }
  return bytes;
}

it('every watcher gets exactly its events, whole, in order and once, within its buffer; progress is never ahead', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 120 }), (steps) => {
      const model = new Model();
      for (const one of steps) model.run(one);
      model.finish();
      for (const kind of model.seen) seen.add(kind);
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual(['batch', 'compacted', 'progress', 'report', 'single large revision']);
});
