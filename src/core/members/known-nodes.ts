import { coreAt } from '../core-at.ts';
import type { Core } from '../core.ts';
import { nodePrefix } from '../format/keys.ts';
import { decodeNode } from '../format/node.ts';
import { nodesKnownMax } from '../limits.ts';
import { listKeys } from '../store/list.ts';
import { readDecoded } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import { countsAsAlive, type NodeSighting } from './count-as-alive.ts';

/** What this node has seen of those that stand by, from reading to reading. */
export interface KnownNodes {
  /** Lists and reads them all. */
  look(core: Core): Task<void>;
  /** By key. What cannot be read is nobody's. */
  readonly seen: ReadonlyMap<string, NodeSighting>;
  alive(atMonotonicMs: number): readonly NodeSighting[];
}

export function createKnownNodes(): KnownNodes {
  const seen = new Map<string, NodeSighting>();
  let home: string | undefined;

  function* sight(core: Core, key: string): Task<void> {
    const read = yield* readDecoded(core, key, (body) => decodeNode(key, body, core.digest));
    if (read.kind !== 'ok') {
      seen.delete(key);
      return;
    }
    const { etag } = read.object;
    if (seen.get(key)?.etag === etag) return;
    seen.set(key, { node: read.value, etag, sinceMonotonicMs: core.at.monotonicMs });
  }

  return {
    seen,
    *look(core) {
      // A node that follows a rollback goes on elsewhere; one reading is of one home.
      const here = coreAt(core, core.home);
      if (home !== here.home) seen.clear();
      home = here.home;
      const keys = yield* listKeys(here, nodePrefix, undefined, nodesKnownMax);
      for (const key of [...seen.keys()]) if (!keys.includes(key)) seen.delete(key);
      yield* all(keys.map((key) => sight(here, key)));
    },
    alive: (atMonotonicMs) => [...seen.values()].filter((sighting) => countsAsAlive(sighting, atMonotonicMs)),
  };
}
