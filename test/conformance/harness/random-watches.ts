import fc from 'fast-check';
import type { Event } from '../../../src/server/generated/mvccpb/kv.ts';
import type { WatchCreateRequest, WatchResponse } from '../../../src/server/generated/etcdserverpb/watch.ts';
import type { Loose } from './message.ts';
import { type Session, textOf } from './session.ts';
import type { WatchSession } from './watch-session.ts';

/**
 * Watches of random programs: two streams with several watchers each, which are created, refused, cancelled and asked for progress while
 * the rest of the program goes on.
 *
 * What comes on a stream, and when, is up to the server, so a stream is read only where everything up to a point must have come: the
 * first watcher of each stream watches a key of its own, its fence, which is put then. Messages about fences say nothing else and are
 * left out. Those of one watcher are compared as they are, cut as they were; only while a watcher catches up from the past it is up to
 * chance which revisions come in one message: then its events are compared.
 */
export interface RandomStreams {
  /** Reads every stream up to now, for the end of a program. */
  readUp(): Promise<void>;
  create(stream: number, wishes: WatchWishes): Promise<void>;
  cancel(stream: number, watchId: number): Promise<void>;
  progress(stream: number): Promise<void>;
}

export interface WatchWishes {
  readonly fields: Loose<WatchCreateRequest>;
  /** A key in the range. */
  readonly mark: string;
  /** From where the program starts; undefined: from now on. */
  readonly start: number | undefined;
}

const noPut = 0;
const noDelete = 1;

export const watchWishes: fc.Arbitrary<WatchWishes> = fc
  .record({
    range: fc.constantFrom(
      { key: 'a', mark: 'a' },
      { key: 'b', mark: 'b' },
      { key: 'a', rangeEnd: 'c', mark: 'b~' },
      { key: 'a', rangeEnd: '\0', mark: 'c~' },
      { key: '\0', rangeEnd: '\0', mark: '~' },
      { key: '', rangeEnd: 'b', mark: 'a~' },
      { key: 'c', rangeEnd: 'b', mark: 'c' },
    ),
    prevKv: fc.boolean(),
    fragment: fc.boolean(),
    filters: fc.constantFrom<readonly number[]>([], [], [], [noPut], [noDelete], [noPut, noDelete]),
    watchId: fc.constantFrom(0, 0, 0, 5, -3),
    start: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  })
  .map(({ range: { mark, ...range }, start, ...wishes }) => {
    // Nothing would tell when it has caught up.
    const isBlind = wishes.filters.length === 2;
    return { fields: { ...range, ...wishes }, mark, start: isBlind ? undefined : start };
  });

interface OpenStream {
  readonly name: string;
  readonly watch: WatchSession;
  readonly fence: string;
  /** Where each starts, by its id. */
  readonly watchers: Map<bigint, number>;
}

const fenceWatcher = 0n;
const fencePrefix = '\xfe';

export function openRandomStreams(session: Session, compacted: () => number): RandomStreams {
  const streams = new Map<number, OpenStream>();

  async function streamOf(index: number): Promise<OpenStream> {
    const open = streams.get(index);
    if (open !== undefined) return open;
    const [name, fence] = [`stream ${index}`, `${fencePrefix}${index}`];
    const stream: OpenStream = { name, watch: session.watch(), fence, watchers: new Map() };
    streams.set(index, stream);
    stream.watch.create({ key: stream.fence });
    note(stream, await next(stream));
    return stream;
  }

  const note = ({ name }: OpenStream, ...messages: readonly WatchResponse[]) => {
    for (const message of messages) session.note(name, message);
  };

  async function next({ watch }: OpenStream): Promise<WatchResponse> {
    for (;;) {
      const message = await watch.take();
      if (isTold(message)) return message;
    }
  }

  /** Puts the fence and reads until it is seen, and until `also` holds of what was read. Answers the fence's revision, too. */
  async function readUp(
    { watch, fence }: OpenStream,
    also: (messages: readonly WatchResponse[]) => boolean = () => true,
  ): Promise<{ readonly revision: number; readonly messages: readonly WatchResponse[] }> {
    const revision = await session.touch(fence);
    const messages: WatchResponse[] = [];
    for (let isFenceSeen = false; !isFenceSeen || !also(messages);) {
      const message = await watch.take();
      if (message.watchId !== fenceWatcher) messages.push(message);
      else isFenceSeen ||= message.events.some((event) => modRevision(event) === revision);
    }
    return { revision, messages };
  }

  async function noteUpToNow(stream: OpenStream): Promise<number> {
    const { revision, messages } = await readUp(stream);
    note(stream, ...messages.filter(isTold).sort(byWatcher));
    return revision;
  }

  async function catchUp(stream: OpenStream, id: bigint, { fields, mark }: WatchWishes): Promise<void> {
    const deleted = await session.mark(mark);
    const last = fields.filters?.includes(noDelete) === true ? deleted - 1 : deleted;
    const isCaughtUp = (messages: readonly WatchResponse[]) =>
      messages.some(({ watchId, events }) => watchId === id && events.some((event) => modRevision(event) >= last));
    const { messages } = await readUp(stream, isCaughtUp);
    note(stream, ...messages.filter((message) => message.watchId !== id && isTold(message)).sort(byWatcher));
    const own = messages.filter(({ watchId }) => watchId === id).flatMap(({ events }) => events);
    for (const event of own.filter((each) => !isFence(each))) session.note(`${stream.name}, watcher ${id}`, event);
  }

  return {
    readUp: async () => {
      for (const stream of streams.values()) await noteUpToNow(stream);
    },
    create: async (index, wishes) => {
      const stream = await streamOf(index);
      await noteUpToNow(stream);
      const startRevision = startOf(wishes.start, session.base, compacted());
      stream.watch.create({ ...wishes.fields, startRevision });
      const created = await next(stream);
      session.note(`${stream.name} creates ${textOf({ ...wishes.fields, startRevision })}`, created);
      if (created.canceled) return;
      if (startRevision > 0 && startRevision < compacted()) return note(stream, await next(stream));
      stream.watchers.set(created.watchId, startRevision);
      const isFromPast = startRevision > 0 && startRevision <= Number(created.header?.revision);
      if (isFromPast) await catchUp(stream, created.watchId, wishes);
    },
    cancel: async (index, watchId) => {
      const stream = await streamOf(index);
      await noteUpToNow(stream);
      stream.watch.cancel(watchId);
      if (stream.watchers.delete(BigInt(watchId)))
        session.note(`${stream.name} cancels ${watchId}`, await next(stream));
    },
    progress: async (index) => {
      const stream = await streamOf(index);
      const revision = await noteUpToNow(stream);
      // Whether that is answered while a watcher waits for the future is a case of its own.
      if ([...stream.watchers.values()].some((startRevision) => startRevision > revision)) return;
      stream.watch.progress();
      session.note(`${stream.name} asks for progress`, await next(stream));
    },
  };
}

/** What a watch at a compaction is told is a case of its own: it is above it, or below. */
function startOf(start: number | undefined, base: number, compacted: number): number {
  if (start === undefined) return 0;
  return base + start === compacted ? compacted + 1 : base + start;
}

/** Whether a message is about more than fences. */
function isTold({ events }: WatchResponse): boolean {
  return events.length === 0 || !events.every(isFence);
}

function isFence({ kv }: Event): boolean {
  return kv?.key[0] === fencePrefix.charCodeAt(0);
}

function modRevision({ kv }: Event): number {
  return Number(kv?.modRevision);
}

/** Keeps the order of each watcher's messages: the sort is stable. */
function byWatcher(left: WatchResponse, right: WatchResponse): number {
  return Number(left.watchId - right.watchId);
}
