import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, KubeList } from '../../support/kube-apiserver/kube-client.ts';
import type { KubeEvent, KubeWatch } from '../../support/kube-apiserver/kube-watch.ts';

/** What controllers do: a list, then a watch from it on, and again when the watch cannot go on. */
export interface KubeFollower {
  /** Names and resource versions, as it knows them. */
  readonly objects: ReadonlyMap<string, string>;
  readonly lists: () => number;
  /** Resolves when it knows what a list tells. */
  knows(list: KubeList): Promise<void>;
  /** Rejects when it was told something that cannot be. */
  stop(): Promise<void>;
}

export function followKube(client: KubeClient, path: string): KubeFollower {
  const objects = new Map<string, string>();
  const stopping = new AbortController();
  let lists = 0;
  let watch: KubeWatch | undefined;
  let failure: Error | undefined;

  async function list(): Promise<number> {
    for (;;) {
      const answer = await client.get<KubeList>(path).catch(() => undefined);
      if (answer?.status === 200) {
        lists += 1;
        objects.clear();
        for (const { metadata } of answer.body.items) objects.set(metadata.name, metadata.resourceVersion!);
        return Number(answer.body.metadata.resourceVersion);
      }
      if (stopping.signal.aborted) return 0;
      await sleep(pollMs);
    }
  }

  /** The revision to go on from; undefined: nothing can. */
  async function follow(from: number): Promise<number | undefined> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
    watch = await client.watch(`${path}?${query}`).catch(() => undefined);
    if (watch === undefined) {
      await sleep(pollMs);
      return from;
    }
    let at = from;
    let taken = 0;
    const take = () => {
      for (; taken < watch!.events.length; taken++) {
        const event = watch!.events[taken]!;
        if (event.type === 'ERROR') return undefined;
        at = apply(objects, event, at);
      }
      return at;
    };
    for (;;) {
      const isOver = await Promise.race([watch.ended.then(() => true), sleep(pollMs, false)]);
      const taking = take();
      if (taking === undefined || isOver || stopping.signal.aborted) {
        watch.close();
        return taking;
      }
    }
  }

  const following = (async () => {
    let at: number | undefined;
    while (!stopping.signal.aborted) at = await follow(at ?? (await list()));
  })();
  following.catch((error: Error) => (failure = error));

  return {
    objects,
    lists: () => lists,
    async knows({ items }) {
      const told = new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion!]));
      while (!isSame(told, objects)) {
        if (failure !== undefined) throw failure;
        await sleep(pollMs);
      }
    },
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

const pollMs = 20;

/** What a watch tells is newer than all that it told before. */
function apply(objects: Map<string, string>, { type, object }: KubeEvent, at: number): number {
  const { name, resourceVersion } = object.metadata;
  const told = Number(resourceVersion);
  if (type === 'BOOKMARK' ? told < at : told <= at) throw new Error(`${type} of ${name} at ${told} came after ${at}`);
  const known = objects.has(name);
  if (type === 'ADDED' && known) throw new Error(`${name} was there already when it was added`);
  if ((type === 'MODIFIED' || type === 'DELETED') && !known) throw new Error(`${name} was not there: ${type}`);
  if (type === 'DELETED') objects.delete(name);
  else if (type !== 'BOOKMARK') objects.set(name, resourceVersion!);
  return told;
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, version]) => other.get(name) === version);
}
