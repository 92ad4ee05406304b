import { describe, expect, it } from 'vitest';
import { createWatchWorld, feedAll, put, remove, story, watch } from '../../../test/support/watch-world.ts';
import type { WatchWorld } from '../../../test/support/watch-world.ts';
import {
  watchBufferBytesMax,
  watchBufferControlsMax,
  watchBufferMessagesMax,
  watchBuffersBytesMax,
  watchFeedVersionsMax,
  watchStreamsMax,
} from '../limits.ts';
import { clientErrors } from '../types/error.ts';
import type { WatchCreateRequest } from '../types/watch.ts';

const stream = 1;

function opened(options: Parameters<typeof createWatchWorld>[0] = {}): WatchWorld {
  const world = createWatchWorld(options);
  world.hub.open(stream, 0);
  return world;
}

function create(world: WatchWorld, request: WatchCreateRequest): void {
  world.hub.create(stream, request, 0);
}

function stories(world: WatchWorld): string[] {
  return world.take().map(story);
}

describe('streams', () => {
  it('without watchers give way to new ones, the oldest first; those with watchers do not', () => {
    const world = createWatchWorld();
    for (let id = 1; id <= watchStreamsMax; id++) world.hub.open(id, 0);
    for (const id of [1, 2, 4]) world.hub.create(id, watch('a'), 0);
    world.hub.cancel(4, 0n);
    for (const id of [1, 2, 3]) world.hub.open(watchStreamsMax + id, 0);
    expect([...world.ended.keys()]).toEqual([3, 5, 6]);
    expect(new Set(world.ended.values())).toEqual(new Set([clientErrors.tooManyRequests]));
    expect(world.hub.counts()).toMatchObject({ streams: watchStreamsMax, watchers: 2 });
  });

  it('are refused where all have watchers', () => {
    const world = createWatchWorld();
    for (let id = 1; id <= watchStreamsMax; id++) {
      world.hub.open(id, 0);
      world.hub.create(id, watch('a'), 0);
    }
    world.hub.open(0, 0);
    expect([...world.ended]).toEqual([[0, clientErrors.tooManyRequests]]);
  });
});

describe('creation', () => {
  it('answers with the current revision before any event', () => {
    const world = opened();
    world.commit(put('a'));
    create(world, watch('a', { startRevision: 2 }));
    feedAll(world);
    expect(stories(world)).toEqual(['0@2 created', '0@2 put a:2']);
    expect(world.responses[0]!.response.term).toBe(7);
  });

  it('numbers watchers from 0, skips ids in use and does not reuse them', () => {
    const world = opened();
    create(world, watch('a', { watchId: 1n }));
    create(world, watch('a'));
    create(world, watch('a'));
    world.hub.cancel(stream, 2n);
    create(world, watch('a'));
    create(world, watch('a', { watchId: 2n }));
    expect(stories(world)).toEqual([
      '1@1 created',
      '0@1 created',
      '2@1 created',
      '2@1 canceled',
      '3@1 created',
      '2@1 created',
    ]);
  });

  it.each<[string, WatchCreateRequest, string]>([
    ['a duplicate id', watch('b', { watchId: 5n }), 'mvcc: duplicate watch ID provided on the WatchStream'],
    ['an empty range', watch('b', { rangeEnd: 'b' }), 'mvcc: watcher range is empty'],
    ['an inverted range', watch('b', { rangeEnd: 'a' }), 'mvcc: watcher range is empty'],
    ['a negative revision', watch('b', { startRevision: -1 }), clientErrors.compacted.message],
  ])('refuses %s in one message, and the stream stays usable', (_, request, reason) => {
    const world = opened();
    create(world, watch('a', { watchId: 5n }));
    create(world, request);
    create(world, watch('c'));
    world.commit(put('b'), put('c'));
    expect(stories(world)).toEqual(['5@1 created', `-1@1 created canceled "${reason}"`, '0@1 created', '0@2 put c:2']);
  });

  it('refuses who may not, in the words of gRPC, where etcd looks at it', () => {
    const world = opened();
    const denied = (request: WatchCreateRequest) => world.hub.create(stream, request, 0, clientErrors.permissionDenied);
    denied(watch('b', { startRevision: -1 }));
    denied(watch('b', { rangeEnd: 'a' }));
    create(world, watch('c'));
    world.commit(put('b'), put('c'));
    const reason = 'rpc error: code = PermissionDenied desc = etcdserver: permission denied';
    expect(stories(world)).toEqual([
      `-1@1 created canceled "${clientErrors.compacted.message}"`,
      `-1@1 created canceled "${reason}"`,
      '0@1 created',
      '0@2 put c:2',
    ]);
  });

  it('takes the empty key for the smallest one', () => {
    const world = opened();
    create(world, watch(''));
    create(world, watch('', { rangeEnd: '\0' }));
    create(world, watch('', { rangeEnd: 'b' }));
    world.take();
    world.commit(put('\0'));
    world.commit(put('a'));
    world.commit(put('z'));
    expect(stories(world).map((line) => line.slice(0, 3))).toEqual(['0@2', '2@2', '1@2', '2@3', '1@3', '1@4']);
  });

  it('keeps a key named like nothing special apart from the end of all keys', () => {
    const world = opened();
    create(world, watch('a', { rangeEnd: 'infinity' }));
    world.take();
    world.commit(put('infinity'), put('i'), put('j'));
    expect(stories(world)).toEqual(['0@2 put i:2']);
  });
});

describe('where a watcher starts', () => {
  it('is the next revision when it names none', () => {
    const world = opened();
    world.commit(put('a'));
    create(world, watch('a'));
    feedAll(world);
    world.commit(put('a'));
    expect(stories(world)).toEqual(['0@2 created', '0@3 put a:3']);
  });

  it('may be the future: silence until then', () => {
    const world = opened();
    create(world, watch('a', { startRevision: 4 }));
    world.take();
    for (let count = 0; count < 4; count++) world.commit(put('a'));
    expect(stories(world)).toEqual(['0@4 put a:4', '0@5 put a:5']);
  });

  it('may be the past: at most a thousand revisions in a response, with the revision of the store', () => {
    const world = opened();
    for (let count = 0; count < 2_500; count++) world.commit(put('a'));
    create(world, watch('a', { startRevision: 2 }));
    world.take();
    feedAll(world);
    const responses = world.take();
    expect(responses.map((response) => response.events.length)).toEqual([1_000, 1_000, 500]);
    expect(responses.map((response) => response.revision)).toEqual([2_501, 2_501, 2_501]);
  });

  it('never splits a revision over two responses', () => {
    const world = opened();
    for (let count = 0; count < 1_001; count++) world.commit(put('a'), put('b'), remove('c'));
    create(world, watch('a', { rangeEnd: 'z', startRevision: 2 }));
    world.take();
    feedAll(world);
    expect(world.take().map((response) => response.events.length)).toEqual([3_000, 3]);
  });

  it('may not lie below the compact revision: created, then canceled without revision and reason', () => {
    const world = opened();
    for (let count = 0; count < 5; count++) world.commit(put('a'));
    world.compact(4);
    create(world, watch('a', { startRevision: 3 }));
    world.hub.cancel(stream, 0n);
    world.hub.cancel(stream, 0n);
    expect(stories(world)).toEqual(['0@6 created', '0@none canceled compacted:4', '0@6 canceled']);
    expect(world.hub.counts().watchers).toBe(0);
  });

  it('may be the compact revision itself, where a deletion is still told', () => {
    const world = opened();
    world.commit(put('a'));
    world.commit(remove('a'));
    world.commit(put('b'));
    world.compact(3);
    create(world, watch('a', { rangeEnd: 'z', startRevision: 3 }));
    feedAll(world);
    expect(stories(world)).toEqual(['0@4 created', '0@4 delete a:3 put b:4']);
  });
});

describe('events', () => {
  it('of one revision come together, in order of the operations', () => {
    const world = opened();
    create(world, watch('a', { rangeEnd: 'z' }));
    world.take();
    world.commit(put('c'), put('a'), remove('b'));
    expect(stories(world)).toEqual(['0@2 put c:2 put a:2 delete b:2']);
  });

  it('that a filter drops leave no empty response', () => {
    const world = opened();
    create(world, watch('a', { noPut: true }));
    create(world, watch('a', { noDelete: true }));
    world.take();
    world.commit(put('a'));
    world.commit(remove('a'));
    expect(stories(world)).toEqual(['1@2 put a:2', '0@3 delete a:3']);
  });

  it('carry the previous version where asked for, existing and not compacted', () => {
    const world = opened();
    create(world, watch('a', { previousKv: true }));
    create(world, watch('a'));
    world.take();
    world.commit(put('a'));
    world.commit(put('a'));
    world.commit(remove('a'));
    world.commit(put('a'));
    expect(stories(world).filter((line) => line.startsWith('0'))).toEqual([
      '0@2 put a:2',
      '0@3 put a:3 was:2',
      '0@4 delete a:4 was:3',
      '0@5 put a:5',
    ]);
    world.commit(put('a'));
    world.commit(put('a'));
    world.compact(6);
    create(world, watch('a', { startRevision: 6, previousKv: true }));
    world.take();
    feedAll(world);
    expect(stories(world)).toEqual(['2@7 put a:6 put a:7 was:6']);
  });

  it('beyond the durable revision are shown to nobody', () => {
    const world = opened();
    world.commit(put('a'));
    world.append(put('a'));
    create(world, watch('a', { startRevision: 2 }));
    create(world, watch('a'));
    feedAll(world);
    expect(stories(world)).toEqual(['0@2 created', '1@2 created', '0@2 put a:2']);
    world.settle();
    expect(stories(world).sort()).toEqual(['0@3 put a:3', '1@3 put a:3']);
  });
});

describe('cancellation', () => {
  it('is answered without a reason, and ends the events', () => {
    const world = opened();
    create(world, watch('a'));
    world.hub.cancel(stream, 0n);
    world.commit(put('a'));
    expect(stories(world)).toEqual(['0@1 created', '0@1 canceled']);
  });

  it('of an unknown id is met with silence', () => {
    const world = opened();
    world.hub.cancel(stream, 3n);
    world.hub.cancel(99, 3n);
    expect(stories(world)).toEqual([]);
  });

  it('of the whole stream frees everything', () => {
    const world = opened();
    create(world, watch('a'));
    create(world, watch('b', { rangeEnd: 'c' }));
    world.hub.close(stream);
    world.commit(put('a'));
    expect(world.hub.counts()).toEqual({ streams: 0, watchers: 0, slowWatchers: 0 });
    expect(stories(world)).toEqual(['0@1 created', '1@1 created']);
  });

  it('of all streams tells each why', () => {
    const world = opened();
    world.hub.open(2, 0);
    create(world, watch('a'));
    world.hub.endAll(clientErrors.leaderChanged);
    expect([...world.ended]).toEqual([
      [1, clientErrors.leaderChanged],
      [2, clientErrors.leaderChanged],
    ]);
    create(world, watch('a'));
    world.hub.consumed(stream, 1);
    expect(stories(world)).toEqual(['0@1 created']);
  });
});

describe('a progress request', () => {
  it('has one answer for all watchers of the stream', () => {
    const world = opened();
    create(world, watch('a'));
    create(world, watch('b'));
    world.commit(put('c'));
    world.take();
    world.hub.requestProgress(stream);
    expect(stories(world)).toEqual(['-1@2']);
  });

  it('has no answer without watchers, while one lags, or while one starts in the future', () => {
    const world = opened();
    world.commit(put('a'));
    world.hub.requestProgress(stream);
    create(world, watch('a'));
    create(world, watch('a', { startRevision: 2 }));
    world.hub.requestProgress(stream);
    expect(stories(world)).toEqual(['0@2 created', '1@2 created']);
    feedAll(world);
    create(world, watch('a', { startRevision: 3 }));
    world.hub.requestProgress(stream);
    expect(stories(world)).toEqual(['1@2 put a:2', '2@2 created']);
    world.commit(put('b'));
    world.hub.requestProgress(stream);
    expect(stories(world)).toEqual(['-1@3']);
  });
});

describe('progress reports', () => {
  it('go to idle, synced watchers that asked, each interval', () => {
    const world = opened({ progressIntervalMs: 1_000 });
    create(world, watch('a', { progressNotify: true }));
    create(world, watch('b', { progressNotify: true }));
    create(world, watch('c'));
    create(world, watch('d', { progressNotify: true, startRevision: 9 }));
    world.commit(put('a'));
    world.take();
    expect(world.hub.nextTickMs()).toBe(1_000);
    world.hub.tick(999);
    expect(stories(world)).toEqual([]);
    world.hub.tick(1_000);
    expect(stories(world)).toEqual(['1@2']);
    expect(world.hub.nextTickMs()).toBe(2_000);
    world.hub.tick(2_500);
    expect(stories(world)).toEqual(['0@2', '1@2']);
    expect(world.hub.nextTickMs()).toBe(3_000);
  });

  it('are spread by up to a tenth of the interval', () => {
    const world = opened({ progressIntervalMs: 1_000, random: () => 0.5 });
    create(world, watch('a', { progressNotify: true }));
    expect(world.hub.nextTickMs()).toBe(1_050);
  });

  it('wait for room, and are not sent to a watcher that had news meanwhile', () => {
    const world = opened({ progressIntervalMs: 1_000 });
    create(world, watch('a', { progressNotify: true }));
    create(world, watch('b'));
    for (let count = 0; count < watchBufferMessagesMax; count++) world.commit(put('b'));
    world.hub.tick(1_000);
    world.take();
    world.hub.consumed(stream, 2);
    expect(stories(world)).toEqual([]);
    world.hub.consumed(stream, 1);
    expect(stories(world)).toEqual([`0@${world.revision()}`]);
  });
});

describe('a slow consumer', () => {
  it('is never sent more messages than its buffer holds, and misses nothing', () => {
    const world = opened();
    create(world, watch('a'));
    for (let count = 0; count < 3_000; count++) world.commit(put('a'));
    feedAll(world);
    expect(world.take().length).toBe(1 + watchBufferMessagesMax);
    expect(world.hub.counts().slowWatchers).toBe(1);
    world.hub.consumed(stream, 1 + watchBufferMessagesMax);
    expect(world.hub.hasWork()).toBe(true);
    feedAll(world);
    const seen = world.responses.flatMap(({ response }) => response.events.map((event) => event.version.modRevision));
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 2));
    expect(world.hub.counts().slowWatchers).toBe(0);
    world.take();
    world.commit(put('a'));
    expect(stories(world)).toEqual(['0@3002 put a:3002']);
  });

  it('is never sent more bytes than its buffer holds, except a single revision', () => {
    const world = opened();
    create(world, watch('a', { rangeEnd: 'c' }));
    world.take();
    world.commit(put('a', watchBufferBytesMax), put('b', watchBufferBytesMax));
    world.commit(put('a', 1));
    feedAll(world);
    expect(stories(world)).toEqual(['0@2 put a:2 put b:2']);
    world.hub.consumed(stream, 1);
    expect(stories(world)).toEqual([]);
    world.hub.consumed(stream, 1);
    feedAll(world);
    expect(stories(world)).toEqual(['0@3 put a:3']);
  });

  it('hinders nobody else', () => {
    const world = opened();
    world.hub.open(2, 0);
    create(world, watch('a'));
    world.hub.create(2, watch('a'), 0);
    world.take();
    world.hub.consumed(2, 1);
    for (let count = 0; count < 2_000; count++) {
      world.commit(put('a'));
      world.hub.consumed(2, 1);
    }
    expect(world.responses.filter((entry) => entry.stream === 2).length).toBe(2_001);
    expect(world.hub.counts().slowWatchers).toBe(1);
  });

  it('shares a bound with all others: beyond it each is sent one revision at a time, and misses nothing', () => {
    const world = createWatchWorld();
    const streams = Array.from({ length: 64 }, (_, index) => index + 1);
    const revisionBytes = 1024 * 1024;
    const held = new Map(streams.map((each) => [each, 0]));
    const outstanding = () => [...held.values()].reduce((sum, messages) => sum + messages, 0);
    const count = () => {
      for (const { stream: to } of world.responses.splice(0)) held.set(to, held.get(to)! + 1);
    };
    for (const each of streams) {
      world.hub.open(each, 0);
      world.hub.create(each, watch('a'), 0);
      world.hub.consumed(each, 1);
    }
    world.responses.splice(0);
    for (let revision = 0; revision < 20; revision++) world.commit(put('a', revisionBytes));
    feedAll(world);
    count();
    expect(outstanding()).toBeGreaterThan(watchBuffersBytesMax / revisionBytes / 2);
    expect(outstanding()).toBeLessThanOrEqual(watchBuffersBytesMax / revisionBytes + streams.length);
    expect(Math.min(...held.values())).toBeGreaterThan(0);
    // One that is closed makes room for the others.
    world.hub.close(64);
    held.delete(64);
    const seen = new Map([...held].map(([each, messages]) => [each, messages]));
    while (outstanding() > 0) {
      for (const [each, messages] of held) {
        if (messages > 0) world.hub.consumed(each, messages);
        held.set(each, 0);
      }
      feedAll(world);
      for (const { stream: to, response } of world.responses) seen.set(to, seen.get(to)! + response.events.length);
      count();
    }
    expect([...seen.values()].every((events) => events === 20)).toBe(true);
    expect(world.hub.counts().slowWatchers).toBe(0);
  });

  it('that is overtaken by compaction is canceled with the compact revision', () => {
    const world = opened();
    create(world, watch('a'));
    for (let count = 0; count < 2_000; count++) world.commit(put('a'));
    world.take();
    world.compact(watchBufferMessagesMax + 2);
    expect(stories(world)).toEqual([]);
    world.compact(watchBufferMessagesMax + 3);
    expect(stories(world)).toEqual([`0@none canceled compacted:${watchBufferMessagesMax + 3}`]);
  });

  it('that sends without ever reading loses its stream', () => {
    const world = opened();
    for (let count = 0; count <= watchBufferControlsMax; count++) create(world, watch('b', { rangeEnd: 'a' }));
    expect([...world.ended]).toEqual([[stream, clientErrors.tooManyRequests]]);
  });
});

describe('catching up', () => {
  it('is shared fairly among streams', () => {
    const world = createWatchWorld();
    for (let count = 0; count < 6_000; count++) world.commit(put('a'));
    for (let id = 0; id < 4; id++) {
      world.hub.open(id, 0);
      world.hub.create(id, watch('a', { startRevision: 2 + 1_500 * (3 - id) }), 0);
    }
    world.responses.length = 0;
    for (let turn = 0; turn < 4; turn++) world.hub.work(1);
    expect(new Set(world.responses.map((entry) => entry.stream))).toEqual(new Set([0, 1, 2, 3]));
    feedAll(world);
    expect(world.hub.counts().slowWatchers).toBe(0);
  });

  it('goes on at the very next revision after each piece of history', () => {
    const world = opened();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const revisions = 3 * watchFeedVersionsMax;
    for (let count = 0; count < revisions; count++) world.commit(put(keys[count % keys.length]!));
    for (const key of keys) create(world, watch(key, { startRevision: 2 }));
    feedAll(world);
    const seen = world.responses.flatMap(({ response }) => response.events.map((event) => event.version.modRevision));
    expect(seen.sort((left, right) => left - right)).toEqual(
      Array.from({ length: revisions }, (_, index) => index + 2),
    );
  });

  it('cuts a response by bytes, too', () => {
    const world = opened();
    for (let count = 0; count < 6; count++) world.commit(put('a', 3_000_000));
    create(world, watch('a', { startRevision: 2 }));
    world.take();
    feedAll(world);
    expect(world.take().map((response) => response.events.length)).toEqual([2]);
    world.hub.consumed(stream, 2);
    feedAll(world);
    world.hub.consumed(stream, 1);
    feedAll(world);
    expect(world.take().map((response) => response.events.length)).toEqual([2, 2]);
  });

  it('reads history once for a crowd that reconnects', () => {
    const world = createWatchWorld();
    for (let count = 0; count < 100; count++) world.commit(put(`k${count % 10}`));
    for (let id = 0; id < 100; id++) {
      world.hub.open(id, 0);
      for (let place = 0; place < 100; place++) {
        const request = place % 2 === 0 ? watch(`k${place % 10}`) : watch('k', { rangeEnd: `k${place % 10}` });
        world.hub.create(id, { ...request, startRevision: 2 + ((id * 7 + place) % 99) }, 0);
      }
    }
    expect(world.hub.counts()).toEqual({ streams: 100, watchers: 10_000, slowWatchers: 10_000 });
    feedAll(world);
    expect(world.hub.counts().slowWatchers).toBe(0);
  });
});
