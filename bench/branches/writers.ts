import { setTimeout as sleep } from 'node:timers/promises';
import { operation } from '../../src/library/txn.ts';
import type { T4 } from '../../src/library/t4.ts';
import {
  applyChanges,
  contentDifferences,
  contentOfEntries,
  type Change,
  type HeldEntry,
} from '../../test/support/content-model.ts';
import type { Seeded } from '../../test/support/seeded.ts';

/**
 * Writers of one database, and beside it what it should hold: by their own writes and what it began with, and nothing else. Each value carries
 * the database's name, so that another one's write would show wherever it turned up.
 */
export interface Writers {
  readonly name: string;
  revision(): number;
  writes(): number;
  /** Lets what is under way end, and hands out what the database should hold. Writers wait until `go`. */
  pause(): Promise<ReadonlyMap<string, HeldEntry>>;
  go(): void;
  stop(): Promise<void>;
  /** Of the whole database with what it should hold, at this moment; the others go on writing. */
  compare(): Promise<readonly string[]>;
}

export interface WriterSettings {
  readonly keys: number;
  readonly writers: number;
  /** Between two writes of one writer. */
  readonly pauseMs: number;
}

interface Written {
  readonly revision: number;
  readonly changes: readonly Change[];
}

const valueBytes = 200;

export function keyOf(index: number): string {
  return `/registry/bench/${String(index).padStart(48, '0')}`;
}

export function createWriters(
  name: string,
  database: T4,
  begun: { readonly content: ReadonlyMap<string, HeldEntry>; readonly revision: number },
  seeded: Seeded,
  { keys, writers, pauseMs }: WriterSettings,
): Writers {
  const content = new Map(begun.content);
  let revision = begun.revision;
  let written: Written[] = [];
  let writes = 0;
  let paused: Promise<void> | undefined;
  let resume: () => void = () => undefined;
  let stopped = false;
  let underWay = 0;
  let failure: Error | undefined;
  const running = Array.from({ length: writers }, () => write(seeded.fork()));

  async function write(chance: Seeded): Promise<void> {
    while (!stopped) {
      if (paused !== undefined) {
        await paused;
        continue;
      }
      underWay += 1;
      try {
        const done = await writeOne(chance);
        if (done !== undefined) written.push(done);
      } catch (error) {
        failure ??= new Error(`${name}: a write failed`, { cause: error });
        return;
      } finally {
        underWay -= 1;
      }
      await sleep(pauseMs);
    }
  }

  async function writeOne(chance: Seeded): Promise<Written | undefined> {
    const some = () => keyOf(chance.integer(0, keys - 1));
    writes += 1;
    const value = `${name} ${writes} `.padEnd(valueBytes, String(writes));
    const put = (key: string): Change => ({ kind: 'put', key, value, lease: 0n });
    const kind = chance.next();
    if (kind < 0.7) {
      const key = some();
      return { revision: (await database.put(key, value)).revision, changes: [put(key)] };
    }
    if (kind < 0.85) {
      const key = some();
      const done = await database.delete(key);
      return done.deleted === 0 ? undefined : { revision: done.revision, changes: [{ kind: 'delete', key }] };
    }
    const several = [...new Set(Array.from({ length: 8 }, some))];
    const done = await database.txn({ then: several.map((key) => operation.put(key, value)) });
    return { revision: done.revision, changes: several.map(put) };
  }

  /** A revision that no writer of this database made is a difference too; after a write that failed nobody knows what it should hold. */
  function settle(): void {
    if (failure !== undefined) throw failure;
    written.sort((left, right) => left.revision - right.revision);
    for (const one of written) {
      if (one.revision !== revision + 1) throw new Error(`${name}: revision ${one.revision} follows ${revision}`);
      revision = one.revision;
      applyChanges(content, revision, one.changes);
    }
    written = [];
  }

  async function pause(): Promise<ReadonlyMap<string, HeldEntry>> {
    paused = new Promise((resolve) => (resume = resolve));
    while (underWay > 0) await sleep(1);
    settle();
    return content;
  }

  function go(): void {
    paused = undefined;
    resume();
  }

  return {
    name,
    revision: () => revision,
    writes: () => writes,
    pause,
    go,
    async stop() {
      stopped = true;
      go();
      await Promise.all(running);
      settle();
    },
    async compare() {
      const expected = await pause();
      try {
        const range = await database.range({ prefix: '' });
        const found = contentDifferences(expected, contentOfEntries(range.entries));
        const head = range.revision === revision ? [] : [`revision ${range.revision} instead of ${revision}`];
        return [...head, ...found].map((line) => `${name}: ${line}`);
      } finally {
        go();
      }
    },
  };
}
