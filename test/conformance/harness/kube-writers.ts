import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeAnswer, KubeClient } from '../../support/kube-apiserver/kube-client.ts';
import type { KubeObject } from '../../support/kube-apiserver/kube-object.ts';

/** Objects that one writer each counts up, always from what it wrote last: nobody else writes them, so nothing may conflict. */
export interface KubeWriters {
  /** Resolves when each of them was told so many more times that it had written. */
  acknowledged(more: number): Promise<void>;
  /** Ends them; resolves when each found its object as it left it. */
  stop(): Promise<void>;
}

export function startKubeWriters(client: KubeClient, namespace: string, count: number): KubeWriters {
  const stopping = new AbortController();
  const acknowledgements = new Array<number>(count).fill(0);
  let failure: Error | undefined;
  const writers = acknowledgements.map((_, index) =>
    write(client, namespace, `writer-${index}`, stopping.signal, () => (acknowledgements[index]! += 1)),
  );
  const all = Promise.all(writers);
  all.catch((error: Error) => (failure = error));
  return {
    async acknowledged(more) {
      const goals = acknowledgements.map((number) => number + more);
      while (acknowledgements.some((number, index) => number < goals[index]!)) {
        if (failure !== undefined) throw failure;
        await sleep(pollMs);
      }
    },
    async stop() {
      stopping.abort();
      await all;
    },
  };
}

const pollMs = 20;

async function write(
  client: KubeClient,
  namespace: string,
  name: string,
  stopping: AbortSignal,
  acknowledged: () => void,
): Promise<void> {
  const collection = `/api/v1/namespaces/${namespace}/configmaps`;
  const path = `${collection}/${name}`;
  const object = (count: number, resourceVersion?: string) => ({
    metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    data: { count: String(count) },
  });
  let count = 0;
  let version: string | undefined;
  while (!stopping.aborted) {
    const next = object(count + 1, version);
    const answer = await told(version === undefined ? client.post(collection, next) : client.put(path, next));
    if (answer !== undefined) {
      count += 1;
      version = answer.metadata.resourceVersion;
      acknowledged();
      continue;
    }
    // Whether it was written nobody knows: what is there says so, and is nothing else than what was written or was there before.
    const found = await untilTold(() => client.get(path), notFound);
    const there = found === undefined ? 0 : Number((found['data'] as { readonly count: string }).count);
    if (there !== count && there !== count + 1) throw new Error(`${name}: ${count} was written, ${there} is there`);
    count = there;
    version = found?.metadata.resourceVersion;
  }
  const found = await untilTold(() => client.get(path), notFound);
  const there = Number((found?.['data'] as { readonly count: string } | undefined)?.count ?? 0);
  if (there !== count) throw new Error(`${name}: ${count} was written last, ${there} is there`);
}

const notFound = 404;

/** Undefined: it may have been done or not. Throws when it cannot have gone so. */
async function told(asked: Promise<KubeAnswer<KubeObject>>): Promise<KubeObject | undefined> {
  const answer = await asked.catch(() => undefined);
  if (answer === undefined || isUnclear(answer.status)) {
    await sleep(pollMs);
    return undefined;
  }
  if (answer.status >= 300) throw new Error(`a write was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Asked again until it is answered. Undefined: with `absent`. */
async function untilTold(ask: () => Promise<KubeAnswer<KubeObject>>, absent: number): Promise<KubeObject | undefined> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 200) return answer.body;
    if (answer?.status === absent) return undefined;
    if (answer !== undefined && !isUnclear(answer.status)) {
      throw new Error(`a read was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    await sleep(pollMs);
  }
}

/** Too many requests, and everything that is the server's or its store's misfortune. */
function isUnclear(status: number): boolean {
  return status === 429 || status >= 500;
}
