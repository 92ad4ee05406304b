import { setImmediate as othersFirst } from 'node:timers/promises';
import { inPieces } from '../core/state/in-pieces.ts';
import { isTombstone, type Version } from '../core/types/version.ts';
import type { BucketWriter } from './bbolt/bucket-writer.ts';
import { planFile, writeFile, type FilePlan } from './bbolt/file-writer.ts';
import { pairsOf, type EtcdContent } from './content.ts';
import { bucketNames } from './schema/buckets.ts';
import { encodeKeyValue, keyValueBytes } from './schema/key-value.ts';
import { encodeRevisionKey } from './schema/revision-key.ts';

/**
 * An etcd's database from its content, front to back: first it is laid out from the lengths of the values, then written as they are read, so
 * that a piece of them is in memory, never all.
 */
export interface SnapshotFile {
  readonly bytes: number;
  /** In order, each a whole number of pages. `read` is asked for the values of a piece of the content's versions. */
  pages(read: ReadValues): AsyncGenerator<Uint8Array, void>;
}

/** Values of these versions, in their order. */
export type ReadValues = (versions: readonly Version[]) => Promise<readonly Uint8Array[]>;

const versionsPerPause = 4_096;

/** Others' work goes first now and then. */
export async function layOutSnapshot(content: EtcdContent, signal?: AbortSignal): Promise<SnapshotFile> {
  const planner = planFile();
  for (const name of bucketNames) {
    const bucket = planner.root.bucket(Buffer.from(name));
    if (name === 'key') await planVersions(bucket, content.versions, signal);
    else for (const { key, value } of pairsOf(content, name)) bucket.add(key, value.length);
    bucket.end();
  }
  planner.root.end();
  const plan = planner.plan();
  return { bytes: plan.pages * plan.pageBytes, pages: (read) => writePages(content, plan, read) };
}

async function planVersions(
  bucket: BucketWriter,
  versions: readonly Version[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let first = 0; first < versions.length; first += versionsPerPause) {
    for (const version of versions.slice(first, first + versionsPerPause)) {
      bucket.add(keyOf(version), keyValueBytes(version));
    }
    await othersFirst();
    signal?.throwIfAborted();
  }
}

async function* writePages(content: EtcdContent, plan: FilePlan, read: ReadValues): AsyncGenerator<Uint8Array, void> {
  let ready: Uint8Array[] = [];
  const writer = writeFile(plan, (pages) => ready.push(pages));
  const take = (): readonly Uint8Array[] => {
    const taken = ready;
    ready = [];
    return taken;
  };
  for (const name of bucketNames) {
    const bucket = writer.root.bucket(Buffer.from(name));
    if (name === 'key') {
      for await (const { versions, values } of withValues(content.versions, read)) {
        versions.forEach((version, index) => bucket.add(keyOf(version), encodeKeyValue(version, values[index]!)));
        yield* take();
      }
    } else for (const { key, value } of pairsOf(content, name)) bucket.add(key, value);
    bucket.end();
    yield* take();
  }
  writer.root.end();
  writer.end();
  yield* take();
}

export interface VersionsWithValues {
  readonly versions: readonly Version[];
  readonly values: readonly Uint8Array[];
}

/** A piece at a time; the next one is read while this one is used. */
export async function* withValues(
  versions: readonly Version[],
  read: ReadValues,
): AsyncGenerator<VersionsWithValues, void> {
  let reading: Promise<VersionsWithValues> | undefined;
  for (const piece of inPieces(versions)) {
    if (piece.kind !== 'versions') continue;
    const before = reading;
    reading = read(piece.versions).then((values) => ({ versions: piece.versions, values }));
    // Whoever is not there any more to wait for it is not told.
    reading.catch(() => undefined);
    if (before !== undefined) yield await before;
  }
  if (reading !== undefined) yield await reading;
}

export function keyOf(version: Version): Uint8Array {
  return encodeRevisionKey({ modRevision: version.modRevision, sub: version.sub, isTombstone: isTombstone(version) });
}
