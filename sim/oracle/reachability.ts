import { decodeArchive, type ArchivedBytes, type DecodedArchive } from './decoder/archive.ts';
import { FormatError } from './decoder/cursor.ts';
import { decodeCheckpoint, decodePage } from './decoder/checkpoint.ts';
import { decodeCondemned } from './decoder/condemned.ts';
import type { DecodedArchiveReference, DecodedManifest } from './decoder/manifest.ts';
import type { DecodedReference } from './decoder/reference.ts';

/**
 * What a manifest names, and what it condemns, read from the bytes that were written under each name by the simulator's own decoder: whatever
 * the world did to an object since.
 */
export interface Written {
  /** What was put under that key first; undefined: nothing was. */
  bytes(key: string): Uint8Array | undefined;
}

export interface Reachable {
  /** Keys as in the store, without the slash in front. */
  readonly keys: ReadonlySet<string>;
  /** What is named and cannot be read, with the reason. */
  readonly problems: readonly string[];
}

export function keyOf({ key }: Pick<DecodedReference, 'key'>): string {
  return key.slice(1);
}

export interface Reachability {
  /** Checkpoints, those of pins too, with all that they need, and the lists of what is condemned. */
  reach(manifest: DecodedManifest): Reachable;
  condemnedBy(manifest: DecodedManifest): Iterable<string>;
  /** What a named archive holds of a slot; undefined: none does. */
  archived(manifest: DecodedManifest, slot: number): ArchivedBytes | undefined;
  /** All that a checkpoint names, itself included. */
  tree(reference: Pick<DecodedReference, 'key'>): ReadonlySet<string>;
}

/** Names are never used twice, so what is read of an object is remembered by its name. */
export function createReachability(written: Written): Reachability {
  const listsRead = new Map<string, readonly string[]>();
  const archivesRead = new Map<string, DecodedArchive>();
  const treesRead = new Map<string, Reachable>();
  const pagesRead = new Map<string, readonly string[] | string>();

  function read<Value>(key: string, decode: (name: string, bytes: Uint8Array) => Value): Value | string {
    const bytes = written.bytes(key);
    if (bytes === undefined) return `${key} was never written`;
    try {
      return decode(key, bytes);
    } catch (error) {
      if (error instanceof FormatError) return `${key} cannot be read: ${error.message}`;
      throw error;
    }
  }

  function chunksOf(page: string): readonly string[] | string {
    const known = pagesRead.get(page);
    if (known !== undefined) return known;
    const chunks = read(page, decodePage);
    const keys = typeof chunks === 'string' ? chunks : chunks.map(keyOf);
    if (typeof keys !== 'string') pagesRead.set(page, keys);
    return keys;
  }

  function treeOf(key: string): Reachable {
    const known = treesRead.get(key);
    if (known !== undefined) return known;
    const keys = new Set([key]);
    const problems: string[] = [];
    const checkpoint = read(key, decodeCheckpoint);
    if (typeof checkpoint === 'string') return { keys, problems: [checkpoint] };
    for (const page of checkpoint.pages.map(keyOf)) {
      keys.add(page);
      const chunks = chunksOf(page);
      if (typeof chunks === 'string') problems.push(chunks);
      else for (const chunk of chunks) keys.add(chunk);
    }
    for (const each of keys) if (written.bytes(each) === undefined) problems.push(`${each} was never written`);
    const tree = { keys, problems };
    if (problems.length === 0) treesRead.set(key, tree);
    return tree;
  }

  function segmentsOf(archive: DecodedArchiveReference): DecodedArchive | string {
    const key = keyOf(archive);
    const known = archivesRead.get(key);
    if (known !== undefined) return known;
    const decoded = read(key, decodeArchive);
    if (typeof decoded !== 'string') archivesRead.set(key, decoded);
    return decoded;
  }

  /** What the reference says and the archive does not. */
  function archiveProblem(archive: DecodedArchiveReference): string | undefined {
    const decoded = segmentsOf(archive);
    if (typeof decoded === 'string') return decoded;
    const { firstSlot, indexBytes, segments } = decoded;
    const contentBytes = segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isSame =
      firstSlot === archive.firstSlot &&
      firstSlot + segments.length - 1 === archive.lastSlot &&
      indexBytes === archive.indexBytes &&
      contentBytes === archive.contentBytes;
    return isSame ? undefined : `${keyOf(archive)} is not what its reference says`;
  }

  return {
    archived({ archives }, slot) {
      const archive = archives.find(({ firstSlot, lastSlot }) => firstSlot <= slot && slot <= lastSlot);
      if (archive === undefined) return undefined;
      const decoded = segmentsOf(archive);
      return typeof decoded === 'string' ? undefined : decoded.segments[slot - archive.firstSlot];
    },
    tree: (reference) => treeOf(keyOf(reference)).keys,
    reach(manifest) {
      const keys = new Set<string>();
      const problems: string[] = [];
      const pinned = manifest.pins.flatMap(({ checkpoint }) => (checkpoint === undefined ? [] : [checkpoint]));
      for (const reference of [...manifest.checkpoints, ...pinned]) {
        const tree = treeOf(keyOf(reference));
        for (const key of tree.keys) keys.add(key);
        problems.push(...tree.problems);
      }
      for (const list of manifest.condemned) keys.add(keyOf(list));
      for (const archive of manifest.archives) {
        const problem = archiveProblem(archive);
        if (problem !== undefined) problems.push(problem);
        keys.add(keyOf(archive));
      }
      return { keys, problems };
    },
    *condemnedBy(manifest) {
      for (const reference of manifest.condemned) {
        const key = keyOf(reference);
        let keys = listsRead.get(key);
        if (keys === undefined) {
          const list = read(key, decodeCondemned);
          keys = typeof list === 'string' ? [] : list.keys.map((name) => name.slice(1));
          if (typeof list !== 'string') listsRead.set(key, keys);
        }
        yield* keys;
      }
    },
  };
}
