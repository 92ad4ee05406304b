/** A family of databases over one memory store, run by real nodes and tools, beside a model that knows what each revision held. */
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import { createBranch, type BranchCreated } from '../../src/core/branch/create-branch.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { rollBack, type RolledBack } from '../../src/core/restore/roll-back.ts';
import type { Core } from '../../src/core/core.ts';
import type { Task } from '../../src/core/task.ts';
import type { Cut } from '../../src/core/types/log.ts';
import { startNode, type Node, type NodeLog, type NodeOptions } from '../../src/host/node.ts';
import { runTool } from '../../src/host/run-tool.ts';
import { T4 } from '../../src/library/t4.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { unhurried } from '../support/unhurried.ts';

const edgesOn = (clock: Clock) => ({
  clock,
  random: createSystemRandom(),
  digest: createNodeDigest(),
  compression: createNodeCompression(),
});

export interface Family {
  readonly store: ObjectStore;
  /** Calls of the store so far. */
  readonly requests: string[];
  tool<Result>(home: string, task: (core: Core) => Task<Result>): Promise<Result>;
  node<Result>(
    home: string,
    use: (database: T4, node: Node) => Promise<Result>,
    settings?: Partial<NodeOptions>,
  ): Promise<Result>;
  branch(home: string, name: string, cut?: Cut): Promise<BranchCreated>;
  /** By revision, or by any cut. */
  rollBack(home: string, cut: number | Cut): Promise<RolledBack>;
  /** Deletes at once whatever nothing keeps. */
  collect(home: string): Promise<void>;
}

export function createFamily(
  store: ObjectStore = openMemoryStore(),
  log: NodeLog = () => undefined,
  clock: Clock = createSystemClock(),
): Family {
  const edges = () => edgesOn(clock);
  const requests: string[] = [];
  const counted: ObjectStore = {
    ...store,
    get: (key, range) => (requests.push(`GET ${key}`), store.get(key, range)),
    put: (key, body, condition) => (requests.push(`PUT ${key}`), store.put(key, body, condition)),
    list: (prefix, options) => (requests.push(`LIST ${prefix}`), store.list(prefix, options)),
  };
  const family: Family = {
    store: counted,
    requests,
    tool: (home, task) => runTool({ ...edges(), store: counted, home, log }, task),
    async node(home, use, settings = {}) {
      const node = startNode({
        ...edges(),
        checkpointSegments: 12,
        checkpointChunkBytes: 256,
        collectIntervalMs: 0,
        ...unhurried,
        ...settings,
        home,
        store: counted,
        localStore: createMemoryLocalStore(),
        disk: createMemoryDisk(),
        memberId: 1n,
        name: 'member',
        clientUrls: [],
        log,
      });
      await node.whenReady();
      try {
        return await use(new T4(node, async () => undefined), node);
      } finally {
        await node.close();
      }
    },
    branch: (home, name, cut = { kind: 'end' }) => family.tool(home, (core) => createBranch(core, name, cut)),
    rollBack: (home, cut) =>
      family.tool(home, (core) => rollBack(core, typeof cut === 'number' ? { kind: 'revision', revision: cut } : cut)),
    async collect(home) {
      const settings = { retention: { kind: 'age' as const, milliseconds: 0 }, youngMs: 0, graceMs: 0, dryRun: false };
      // Floors and lists are ripe only when they are older than now.
      for (let round = 0; round < 2; round++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        await family.tool(home, (core) => collectOnce(core, settings));
      }
    },
  };
  return family;
}

export type Content = ReadonlyMap<string, string>;

export async function contentOf(database: T4, revision?: number): Promise<Content> {
  const range = await database.range({ prefix: '' }, revision === undefined ? {} : { revision });
  return new Map(range.entries.map((entry) => [entry.keyText(), entry.text()]));
}

export function homeOf(created: BranchCreated): string {
  if (created.kind !== 'created') throw new Error(`not created: ${created.kind}`);
  return created.manifest.home;
}

/** What a rollback came to, and that it did. */
export function rolledBack(answer: RolledBack): Extract<RolledBack, { readonly kind: 'rolled-back' }> {
  if (answer.kind !== 'rolled-back') throw new Error(`not rolled back: ${answer.kind}`);
  return answer;
}

/** One key more at each revision. */
export async function fill(
  family: Family,
  home: string,
  keys: number,
  prefix = 'key',
  settings: Partial<NodeOptions> = {},
): Promise<void> {
  const put = async (database: T4): Promise<void> => {
    for (let index = 0; index < keys; index++) await database.put(`${prefix}/${index}`, `${index}`);
  };
  await family.node(home, put, settings);
}
