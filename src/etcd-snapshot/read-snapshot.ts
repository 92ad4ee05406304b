import type { AuthContent } from '../core/types/auth.ts';
import type { LeaseGrantState } from '../core/types/log.ts';
import type { Version } from '../core/types/version.ts';
import { entriesOf, openBbolt, type BboltFile, type Bucket } from './bbolt/reader.ts';
import type { FileSource } from './bbolt/source.ts';
import { readAuth } from './schema/auth.ts';
import type { BucketName, Pair } from './schema/buckets.ts';
import { SchemaDamage } from './schema/damage.ts';
import { decodeKeyValue } from './schema/key-value.ts';
import { readLease } from './schema/lease.ts';
import { readMeta } from './schema/meta.ts';
import { decodeRevisionKey } from './schema/revision-key.ts';

/** An etcd's database, read from its file. What is not as etcd writes it throws, and says where. */
export interface EtcdFile {
  readonly compactRevision: number;
  readonly leases: readonly LeaseGrantState[];
  readonly auth: AuthContent;
  /** All that are in it, ascending by revision, each once. The value is a view that stays as it is. */
  versions(): Generator<VersionInFile, void>;
}

export interface VersionInFile {
  readonly version: Version & { readonly value: Uint8Array };
  /** Where the value is in the file. */
  readonly valueOffset: number;
}

/** A file of etcd's, of any release from 3.0 on: older ones lack some of the buckets. */
export function readEtcdFile(source: FileSource): EtcdFile {
  const file = openBbolt(source);
  const buckets = bucketsOf(file);
  if (!buckets.has('key')) throw new SchemaDamage('key', undefined, 'there is none: this is no database of an etcd');
  const pairs = (name: BucketName): readonly Pair[] => pairsIn(file, name, buckets.get(name));
  return {
    compactRevision: readMeta(pairs('meta')).compactRevision,
    leases: pairs('lease').map(readLease).sort(byId),
    auth: readAuth(pairs('auth'), pairs('authUsers'), pairs('authRoles')),
    versions: () => versionsIn(file, buckets.get('key')!),
  };
}

function byId(left: LeaseGrantState, right: LeaseGrantState): number {
  return left.lease < right.lease ? -1 : 1;
}

function bucketsOf(file: BboltFile): ReadonlyMap<string, Bucket> {
  const buckets = new Map<string, Bucket>();
  for (const entry of entriesOf(file, file.root)) {
    const name = Buffer.from(entry.key).toString('latin1');
    if (entry.kind === 'value') throw new SchemaDamage(name, undefined, 'a value where a bucket should be');
    buckets.set(name, entry.bucket);
  }
  return buckets;
}

function pairsIn(file: BboltFile, name: string, bucket: Bucket | undefined): readonly Pair[] {
  const pairs: Pair[] = [];
  if (bucket === undefined) return pairs;
  for (const entry of entriesOf(file, bucket)) {
    if (entry.kind === 'bucket') throw new SchemaDamage(name, entry.key, 'a bucket where a value should be');
    pairs.push({ key: entry.key, value: entry.value });
  }
  return pairs;
}

function* versionsIn(file: BboltFile, bucket: Bucket): Generator<VersionInFile, void> {
  let before: Version | undefined;
  for (const entry of entriesOf(file, bucket)) {
    if (entry.kind === 'bucket') throw new SchemaDamage('key', entry.key, 'a bucket where a version should be');
    const found = versionOf(entry.key, entry.value, entry.valueOffset);
    // Only a deletion and what is none can have one place in common.
    if (before?.modRevision === found.version.modRevision && before.sub === found.version.sub) {
      throw new SchemaDamage('key', entry.key, 'a deletion and a version in one place');
    }
    before = found.version;
    yield found;
  }
}

const noBytes = new Uint8Array(0);

function versionOf(entryKey: Uint8Array, message: Uint8Array, offset: number): VersionInFile {
  const place = decodeRevisionKey(entryKey);
  if (place === undefined) throw new SchemaDamage('key', entryKey, 'no revision');
  const decoded = decodeKeyValue(message);
  if (typeof decoded === 'string') throw new SchemaDamage('key', entryKey, decoded);
  const { modRevision, sub, isTombstone } = place;
  const { key, createRevision, version, lease, value, valueStart } = decoded;
  if (key === '') throw new SchemaDamage('key', entryKey, 'a version of the empty key');
  if (isTombstone) {
    const tombstone = { createRevision: 0, version: 0, lease: 0n, valueBytes: 0, value: noBytes };
    return { version: { key, modRevision, sub, ...tombstone }, valueOffset: 0 };
  }
  if (decoded.modRevision !== modRevision) {
    throw new SchemaDamage('key', entryKey, `a version of revision ${decoded.modRevision}`);
  }
  if (createRevision < 1 || createRevision > modRevision || version < 1) {
    throw new SchemaDamage('key', entryKey, `version ${version} of a key created at revision ${createRevision}`);
  }
  const valueBytes = value.length;
  return {
    version: { key, modRevision, sub, createRevision, version, lease, valueBytes, value },
    valueOffset: offset + valueStart,
  };
}
