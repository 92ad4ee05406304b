import type { LocalEntry, LocalOperation } from '../../src/ports/local-store.ts';
import { byteStringOf, bytesOf } from '../../src/core/types/bytes.ts';
import type { Chance } from './machine-world-chance.ts';

/**
 * One node's disk: the local store and the files of the local log. What a crash leaves is as little as the ports' contracts allow: of the local
 * store any prefix of its unsynced writes, of a file its synced bytes and a torn part of the append under way; a removal that was not
 * synced may be undone.
 */
export interface WorldDisk {
  /** What a read sees now. */
  readonly local: Map<string, Uint8Array>;
  readonly files: Map<string, Uint8Array>;
  localWriteBegun(batch: readonly LocalOperation[]): () => void;
  scan(from: Uint8Array, to: Uint8Array, limit: number): readonly LocalEntry[];
  setLocalAside(): string | undefined;
  append(file: string, bytes: Uint8Array, whole: boolean): void;
  remove(file: string, synced: boolean): void;
  setAside(file: string): string;
  readonly aside: Map<string, Uint8Array>;
  /** What the next process finds. `appending`: an append under way, of which a part may be there. */
  afterCrash(chance: Chance, address: string, appending: { file: string; bytes: Uint8Array } | undefined): WorldDisk;
}

interface Content {
  readonly base: Map<string, Uint8Array>;
  readonly files: Map<string, Uint8Array>;
  readonly aside: Map<string, Uint8Array>;
}

export function createWorldDisk(content: Content = { base: new Map(), files: new Map(), aside: new Map() }): WorldDisk {
  let base = content.base;
  let journal: (readonly LocalOperation[])[] = [];
  const local = new Map(base);
  const { files, aside } = content;
  const removedUnsynced = new Map<string, Uint8Array>();

  const disk: WorldDisk = {
    local,
    files,
    aside,
    localWriteBegun(batch) {
      journal.push(batch);
      return () => applyBatch(local, batch);
    },
    scan(from, to, limit) {
      const low = byteStringOf(from);
      const high = byteStringOf(to);
      const keys = [...local.keys()].filter((key) => key >= low && key < high).sort();
      return keys.slice(0, limit).map((key) => ({ key: bytesOf(key), value: local.get(key)!.slice() }));
    },
    setLocalAside() {
      const count = local.size;
      local.clear();
      base = new Map();
      journal = [];
      return count === 0 ? undefined : `aside/${count} entries`;
    },
    append(file, bytes, whole) {
      const kept = whole ? bytes : bytes.subarray(0, Math.floor(bytes.length / 2));
      files.set(file, joined(files.get(file), kept));
    },
    remove(file, synced) {
      const found = files.get(file);
      if (found !== undefined && !synced) removedUnsynced.set(file, found);
      if (synced) removedUnsynced.clear();
      files.delete(file);
    },
    setAside(file) {
      const bytes = files.get(file);
      if (bytes === undefined) throw new Error(`there is no file ${file}`);
      files.delete(file);
      const path = `aside/${file}.${aside.size + 1}`;
      aside.set(path, bytes);
      return path;
    },
    afterCrash(chance, address, appending) {
      const kept = chance.pick(`${address}/whole`, [true, true, false])
        ? journal.length
        : chance.between(`${address}/prefix`, 0, journal.length);
      const next = new Map(base);
      for (const batch of journal.slice(0, kept)) applyBatch(next, batch);
      const nextFiles = new Map(files);
      for (const [file, bytes] of removedUnsynced) {
        if (!nextFiles.has(file) && chance.happens(`${address}/${file}/back`, 0.5)) nextFiles.set(file, bytes);
      }
      if (appending !== undefined) {
        const part = chance.between(`${address}/torn`, 0, appending.bytes.length);
        const whole = joined(nextFiles.get(appending.file), appending.bytes.subarray(0, part));
        if (whole.length > 0) nextFiles.set(appending.file, whole);
      }
      return createWorldDisk({ base: next, files: nextFiles, aside });
    },
  };
  return disk;
}

function applyBatch(map: Map<string, Uint8Array>, batch: readonly LocalOperation[]): void {
  for (const operation of batch) {
    if (operation.kind === 'put') map.set(byteStringOf(operation.key), operation.value.slice());
    else map.delete(byteStringOf(operation.key));
  }
}

function joined(before: Uint8Array | undefined, added: Uint8Array): Uint8Array {
  if (before === undefined) return added.slice();
  const whole = new Uint8Array(before.length + added.length);
  whole.set(before);
  whole.set(added, before.length);
  return whole;
}
