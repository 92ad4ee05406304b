import fc from 'fast-check';
import { compareBytes } from '../../src/core/types/bytes.ts';
import { BboltDamage } from '../../src/etcd-snapshot/bbolt/damage.ts';
import type { BucketWriter } from '../../src/etcd-snapshot/bbolt/bucket-writer.ts';
import { planFile, writeFile } from '../../src/etcd-snapshot/bbolt/file-writer.ts';
import { entriesOf, type BboltFile, type Bucket } from '../../src/etcd-snapshot/bbolt/reader.ts';

/** A bucket as data: what was written, or what was read. */
export interface PlainBucket {
  readonly entries: readonly PlainEntry[];
}

export interface PlainEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array | PlainBucket;
}

const depthMax = 4;

export function writePlain(root: PlainBucket, pageBytes?: number): Uint8Array {
  const planner = planFile(pageBytes);
  fill(planner.root, root, (value) => value.length);
  const plan = planner.plan();
  const pages: Uint8Array[] = [];
  const writer = writeFile(plan, (page) => pages.push(page));
  fill(writer.root, root, (value) => value);
  writer.end();
  return Buffer.concat(pages);
}

function fill(writer: BucketWriter, bucket: PlainBucket, valueOf: (value: Uint8Array) => Uint8Array | number): void {
  for (const { key, value } of bucket.entries) {
    if (value instanceof Uint8Array) writer.add(key, valueOf(value));
    else fill(writer.bucket(key), value, valueOf);
  }
  writer.end();
}

export function readPlain(file: BboltFile, bucket: Bucket = file.root, depth = 0): PlainBucket {
  if (depth > depthMax) throw new BboltDamage(undefined, 'deeper than any test writes');
  const entries: PlainEntry[] = [];
  for (const entry of entriesOf(file, bucket)) {
    const value = entry.kind === 'value' ? bytes(entry.value) : readPlain(file, entry.bucket, depth + 1);
    entries.push({ key: bytes(entry.key), value });
  }
  return { entries };
}

/** A plain array, whatever kind of buffer it is a view of. */
function bytes(view: Uint8Array): Uint8Array {
  return Uint8Array.from(view);
}

/** From a few bytes up to several pages. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.nat(9_000).map((length) => new Uint8Array(length).fill(length % 251)) },
);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 20 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 300, maxLength: 3_000 }) },
);

function bucketOf(inner: fc.Arbitrary<Uint8Array | PlainBucket>, entriesMax: number): fc.Arbitrary<PlainBucket> {
  return fc
    .array(fc.record({ key, value: inner }), { maxLength: entriesMax, size: 'max' })
    .map((entries) => ({ entries: inOrder(entries) }));
}

/** Buckets in buckets in buckets. */
const low = bucketOf(value, 100);
const middle = bucketOf(fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: low }), 30);

export const arbitraryBucket: fc.Arbitrary<PlainBucket> = bucketOf(
  fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: middle }),
  20,
);

function inOrder(entries: readonly PlainEntry[]): readonly PlainEntry[] {
  const sorted = [...entries].sort((left, right) => compareBytes(left.key, right.key));
  return sorted.filter(({ key }, index) => index === 0 || compareBytes(sorted[index - 1]!.key, key) !== 0);
}

/** So many entries of one size, as a bucket of etcd's has. */
export function longBucket(count: number, valueBytes: number): PlainBucket {
  const entries = Array.from({ length: count }, (_, index) => {
    const key = new Uint8Array(17);
    new DataView(key.buffer).setUint32(4, index);
    return { key, value: new Uint8Array(valueBytes).fill(index & 255) };
  });
  return { entries };
}
