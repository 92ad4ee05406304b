import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { branchNameOf } from '../../src/core/format/keys.ts';
import type { Cut } from '../../src/core/types/log.ts';
import { open } from '../../src/library/open.ts';
import type { T4 } from '../../src/library/t4.ts';
import { operation } from '../../src/library/txn.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { onFolder } from './on-folder.ts';
import { keyOf } from './writers.ts';

/** What making a branch asks of the store, of a database of so many keys with a few writes since its newest checkpoint. */
export interface CreationResult {
  readonly keys: number;
  readonly cuts: readonly { readonly cut: string; readonly requests: readonly string[]; readonly ms: number }[];
}

const operationsPerTransaction = 120;
const transactionsAtOnce = 32;
const valueBytes = 256;
const writesAfterCheckpoint = 10;

export async function measureCreation(
  folder: string,
  keys: number,
  progress: (line: string) => void,
): Promise<CreationResult> {
  const storeFolder = join(folder, `store-${keys}`);
  await mkdir(storeFolder, { recursive: true });
  progress(`writing ${keys} keys`);
  const database = await open({
    store: `file:${storeFolder}`,
    dataDir: join(folder, `node-${keys}`),
    leaseMs: 30_000,
    checkpointIntervalMs: 0,
    collectIntervalMs: 0,
  });
  try {
    await fill(database, keys);
    const { revision } = await database.checkpoint();
    for (let write = 0; write < writesAfterCheckpoint; write++) await database.put(keyOf(write), 'later');
    progress('making branches');
    const cuts: CreationResult['cuts'][number][] = [];
    const asked: readonly (readonly [string, Cut])[] = [
      ['the end', { kind: 'end' }],
      ['a revision before the newest checkpoint', { kind: 'revision', revision: revision - 1 }],
      ['a revision after it', { kind: 'revision', revision: revision + writesAfterCheckpoint / 2 }],
    ];
    for (const [index, [cut, where]] of asked.entries()) {
      const requests: string[] = [];
      const begun = performance.now();
      const created = await onFolder(
        storeFolder,
        '',
        (core) => createBranch(core, `branch-${index}`, where),
        (store) => noting(store, requests),
      );
      if (created.kind !== 'created') throw new Error(`no branch at ${cut}: ${created.kind}`);
      cuts.push({ cut, requests, ms: performance.now() - begun });
    }
    return { keys, cuts };
  } finally {
    await database.close();
  }
}

/** Each request as a word and the kind of what it is for: `GET manifest`. */
function noting(store: ObjectStore, requests: string[]): ObjectStore {
  return {
    ...store,
    get: (key, range) => (requests.push(`GET ${kindOf(key)}`), store.get(key, range)),
    put: (key, body, condition) => (requests.push(`PUT ${kindOf(key)}`), store.put(key, body, condition)),
    list: (prefix, options) => (requests.push(`LIST ${kindOf(prefix)}`), store.list(prefix, options)),
    deleteMany: (keys) => (requests.push(`DELETE ${keys.map(kindOf).join(' ')}`), store.deleteMany(keys)),
  };
}

function kindOf(key: string): string {
  const [first = '', , , rest] = key.split('/');
  if (first !== 'branches') return first;
  return rest === undefined || branchNameOf(key) === '' ? first : `${rest} of the branch`;
}

async function fill(database: T4, keys: number): Promise<void> {
  let next = 0;
  async function writer(): Promise<void> {
    while (next < keys) {
      const first = next;
      next = Math.min(keys, first + operationsPerTransaction);
      const some = Array.from({ length: next - first }, (_, index) => keyOf(first + index));
      await database.txn({ then: some.map((key) => operation.put(key, key.padEnd(valueBytes, key))) });
    }
  }
  await Promise.all(Array.from({ length: transactionsAtOnce }, writer));
}
