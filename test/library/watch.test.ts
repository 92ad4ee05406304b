import { describe, expect, it } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import type { KeyValue } from '../../src/host/database.ts';
import { CompactedError, WatchEndedError } from '../../src/library/error.ts';
import { openWatch, type Change, type WatchOptions } from '../../src/library/watch.ts';
import { fakeDatabase, keyValue, watchMessage } from './fake-database.ts';

function watching(options: WatchOptions = {}) {
  const fake = fakeDatabase();
  const watch = openWatch(fake.database, { prefix: 'a' }, options);
  const consumer = fake.consumer();
  return {
    ...fake,
    watch,
    send: (...messages: Parameters<typeof watchMessage>) => consumer.response(watchMessage(...messages)),
    end: () => consumer.end(clientErrors.leaderChanged),
  };
}

const events = (...versions: readonly KeyValue[]) => versions.map((version) => ({ version, previous: undefined }));
const shape = (change: Change | undefined) =>
  change && [change.revision, ...change.events.map((event) => event.entry.keyText())];

describe('a watch', () => {
  it('asks for what its options say', () => {
    expect(watching().created()).toEqual({
      key: 'a',
      rangeEnd: 'b',
      watchId: 0n,
      startRevision: 0,
      progressNotify: false,
      noPut: false,
      noDelete: false,
      previousKv: false,
      fragment: false,
    });
    const options = { fromRevision: 5, previous: true, progress: true } as const;
    expect(watching({ ...options, only: 'puts' }).created()).toMatchObject({
      startRevision: 5,
      previousKv: true,
      progressNotify: true,
      noPut: false,
      noDelete: true,
    });
    expect(watching({ only: 'deletes' }).created()).toMatchObject({ noPut: true, noDelete: false });
  });

  it('gives one change a revision, however messages cut them', async () => {
    const { watch, send } = watching();
    send({ created: true, revision: 4 });
    expect(await watch.started).toBe(4);
    send({ revision: 6, events: events(keyValue('a1', 5), keyValue('a2', 5), keyValue('a1', 6)) });
    send({ revision: 7, events: events(keyValue('a3', 7, { version: 0, value: new Uint8Array() })) });
    expect(shape((await watch.next()).value)).toEqual([5, 'a1', 'a2']);
    expect(shape((await watch.next()).value)).toEqual([6, 'a1']);
    const deletion = (await watch.next()).value!;
    expect(deletion.events[0]).toMatchObject({ kind: 'delete', previous: undefined });
    expect(shape(deletion)).toEqual([7, 'a3']);
  });

  it('takes a message only when the loop has read the one before', async () => {
    const { watch, send, calls } = watching();
    send({ created: true });
    send({ revision: 3, events: events(keyValue('a', 2), keyValue('a', 3)) });
    send({ revision: 4, events: events(keyValue('a', 4)) });
    expect(calls).toEqual([]);
    await watch.next();
    expect(calls).toEqual(['consumed 1', 'consumed 1']);
    await watch.next();
    expect(calls).toHaveLength(2);
    await watch.next();
    expect(calls).toHaveLength(3);
  });

  it('waits for what comes, for several callers at once', async () => {
    const { watch, send } = watching();
    const both = [watch.next(), watch.next()];
    send({ revision: 3, events: events(keyValue('a', 2), keyValue('a', 3)) });
    expect((await Promise.all(both)).map(({ value }) => value?.revision)).toEqual([2, 3]);
  });

  it('tells progress where asked to, and not otherwise', async () => {
    for (const progress of [true, false]) {
      const { watch, send } = watching({ progress });
      send({ created: true });
      send({ revision: 9 });
      send({ revision: 10, events: events(keyValue('a', 10)) });
      expect(shape((await watch.next()).value)).toEqual(progress ? [9] : [10, 'a']);
    }
  });

  it.each(['break', 'close', 'signal'] as const)(
    'ends without an error by %s, and closes its stream once',
    async (how) => {
      const abort = new AbortController();
      const { watch, send, calls } = watching({ signal: abort.signal });
      send({ revision: 3, events: events(keyValue('a', 2), keyValue('a', 3)) });
      const seen: number[] = [];
      for await (const { revision } of watch) {
        seen.push(revision);
        if (how === 'break') break;
        if (how === 'close') watch.close();
        else abort.abort();
      }
      expect(seen).toEqual([2]);
      expect(calls.filter((call) => call === 'close')).toHaveLength(1);
      expect(await watch.next()).toEqual({ done: true, value: undefined });
      await expect(watch.started).rejects.toMatchObject({ reason: 'closed' });
    },
  );

  it('that is aborted before it begins opens nothing', async () => {
    const { database, created } = fakeDatabase();
    const watch = openWatch(database, 'a', { signal: AbortSignal.abort() });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(created()).toBeUndefined();
  });

  it('throws CompactedError, once, when its start is no longer kept', async () => {
    const { watch, send, calls } = watching({ fromRevision: 2 });
    send({ created: true, revision: 9 });
    send({ canceled: true, compactRevision: 5, revision: undefined });
    const error: unknown = await watch.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CompactedError);
    expect(error).toMatchObject({ reason: 'compacted', compactRevision: 5 });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(calls).toContain('close');
  });

  it('delivers what was there when the node stops serving, then says where to go on', async () => {
    const { watch, send, end } = watching();
    send({ created: true, revision: 4 });
    send({ revision: 6, events: events(keyValue('a', 5), keyValue('a', 6)) });
    end();
    expect((await watch.next()).value?.revision).toBe(5);
    expect((await watch.next()).value?.revision).toBe(6);
    const error: unknown = await watch.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WatchEndedError);
    expect(error).toMatchObject({ reason: 'leaderChanged', status: 'Unavailable', resumeRevision: 7 });
  });

  it.each([
    [{}, 5],
    [{ fromRevision: 3 }, 3],
  ])('that saw nothing yet goes on from where it began: %j', async (options, resumeRevision) => {
    const { watch, send, end } = watching(options);
    send({ created: true, revision: 4 });
    end();
    await expect(watch.next()).rejects.toMatchObject({ resumeRevision });
  });

  it('says at `started` why it could not start', async () => {
    const { watch, send } = watching();
    send({ created: true, canceled: true, cancelReason: 'no' });
    await expect(watch.started).rejects.toMatchObject({ message: 'no' });
    await expect(watch.next()).rejects.toMatchObject({ message: 'no' });
  });
});
