import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import type { Core } from '../../src/core/core.ts';
import type { Task } from '../../src/core/task.ts';
import { runTool } from '../../src/host/run-tool.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';

/** One task of the core on a store in a folder, as a command would run it. */
export async function onFolder<Result>(
  folder: string,
  home: string,
  task: (core: Core) => Task<Result>,
  watch: (store: ObjectStore) => ObjectStore = (store) => store,
): Promise<Result> {
  const store = await openObjectStore(`file:${folder}`);
  const parts = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
  };
  try {
    return await runTool({ ...parts, store: watch(store), home, log: () => undefined }, task);
  } finally {
    await store.close();
  }
}
