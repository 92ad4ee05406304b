import { type WatchResponse, WatchDefinition } from '../../../src/server/generated/etcdserverpb/watch.ts';
import { watchOf } from './message.ts';
import { connectRaw, type RawClient } from './raw-client.ts';
import { kubernetes } from './kubernetes.ts';

/** What happened at one revision, in a form that compares. */
export type Fact = string;

export function factOf(kind: 'put' | 'delete', key: string): Fact {
  return `${kind} ${key}`;
}

/** Very many watchers of a few prefixes, on a few streams, each held against what was written. */
export interface ObjectWatchers {
  /** Resolves when the server has created them. `afterRevision`: of the list that they go on from. */
  add(count: number, prefix: string, afterRevision: number): Promise<void>;
  /** Resolves when each has seen the last of `history`'s revisions in its prefix; rejects with what one of them saw wrong. */
  sawAll(history: ReadonlyMap<string, ReadonlyMap<number, Fact>>): Promise<number>;
  close(): void;
}

interface ObjectWatcher {
  readonly prefix: string;
  readonly afterRevision: number;
  readonly revisions: number[];
}

export function openObjectWatchers(address: string, streamCount: number): ObjectWatchers {
  const clients: RawClient[] = [];
  const watchers: ObjectWatcher[] = [];
  /** What the first who saw a revision saw there: all others have to see the same. */
  const facts = new Map<number, Fact>();
  let problem: string | undefined;
  let look = () => {};

  function see(watcher: ObjectWatcher, { header, events }: WatchResponse): void {
    for (const { type, kv } of events) {
      const revision = Number(kv!.modRevision);
      const fact = factOf(type === 0 ? 'put' : 'delete', Buffer.from(kv!.key).toString('latin1'));
      const last = watcher.revisions.at(-1) ?? watcher.afterRevision;
      if (revision <= last) problem ??= `${fact} at ${revision} came after ${last} to a watcher of ${watcher.prefix}`;
      if (Number(header?.revision) < revision) problem ??= `${fact} at ${revision} came at ${header?.revision}`;
      watcher.revisions.push(revision);
      if (!facts.has(revision)) facts.set(revision, fact);
      else if (facts.get(revision) !== fact) problem ??= `at ${revision} both ${fact} and ${facts.get(revision)}`;
    }
    look();
  }

  const streams = Array.from({ length: streamCount }, () => {
    const client = connectRaw(address);
    clients.push(client);
    const call = client.open(WatchDefinition, 'watch');
    const byId = new Map<bigint, ObjectWatcher>();
    const created: ((id: bigint) => void)[] = [];
    call.on('data', (message: WatchResponse) => {
      if (message.canceled) problem ??= `canceled: ${message.cancelReason} ${message.compactRevision}`;
      if (message.created) created.shift()!(message.watchId);
      else see(byId.get(message.watchId)!, message);
    });
    call.on('error', (error: Error) => {
      problem ??= error.message;
      look();
    });
    return {
      create: (watcher: ObjectWatcher) =>
        new Promise<void>((resolve) => {
          created.push((id) => {
            byId.set(id, watcher);
            resolve();
          });
          const value = watchOf(kubernetes.watch(watcher.prefix, watcher.afterRevision));
          call.write({ requestUnion: { $case: 'createRequest', value } });
        }),
      close: () => {
        call.removeAllListeners('error').on('error', () => undefined);
        call.cancel();
      },
    };
  });

  return {
    add: async (count, prefix, afterRevision) => {
      const creations = Array.from({ length: count }, () => {
        const watcher: ObjectWatcher = { prefix, afterRevision, revisions: [] };
        watchers.push(watcher);
        return streams[watchers.length % streamCount]!.create(watcher);
      });
      await Promise.all(creations);
    },
    sawAll: async (history) => {
      const expected = new Map([...history].map(([prefix, changes]) => [prefix, [...changes.keys()].sort(ascending)]));
      const isDone = ({ prefix, revisions }: ObjectWatcher) => {
        const all = expected.get(prefix)!;
        return all.length === 0 || (revisions.at(-1) ?? 0) >= all.at(-1)!;
      };
      const waiting = new Set(watchers);
      await new Promise<void>((resolve, reject) => {
        look = () => {
          for (const watcher of waiting)
            if (isDone(watcher)) waiting.delete(watcher);
            else break;
          if (problem !== undefined) reject(new Error(problem));
          else if (waiting.size === 0) resolve();
        };
        look();
      });
      for (const { prefix, afterRevision, revisions } of watchers) {
        compare(
          prefix,
          expected.get(prefix)!.filter((revision) => revision > afterRevision),
          revisions,
        );
      }
      for (const changes of history.values()) {
        for (const [revision, fact] of changes) {
          if (facts.get(revision) !== fact)
            throw new Error(`${fact} at ${revision} was seen as ${facts.get(revision)}`);
        }
      }
      return watchers.reduce((sum, { revisions }) => sum + revisions.length, 0);
    },
    close: () => {
      for (const stream of streams) stream.close();
      for (const client of clients) client.close();
    },
  };
}

function compare(prefix: string, expected: readonly number[], seen: readonly number[]): void {
  const at = expected.findIndex((revision, index) => seen[index] !== revision);
  if (at >= 0) throw new Error(`a watcher of ${prefix} saw ${seen[at]} where ${expected[at]} was written`);
  if (seen.length > expected.length) throw new Error(`a watcher of ${prefix} saw more than was written`);
}

function ascending(left: number, right: number): number {
  return left - right;
}
