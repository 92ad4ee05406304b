import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyValue } from '../../server/generated/mvccpb/kv.ts';
import { bytesOf, byteStringOf } from '../types/bytes.ts';
import type { Version } from '../types/version.ts';
import { castagnoli } from './castagnoli.ts';
import { hashedBytesOf, hashVersion } from './hashed-version.ts';

/** Under the generated encoder, which writes what etcd's writes. */
function expected(version: Version): Buffer {
  const isDeleted = version.version === 0;
  const revision = Buffer.alloc(17, '_');
  revision.writeBigUInt64BE(BigInt(version.modRevision), 0);
  revision.writeBigUInt64BE(BigInt(version.sub), 9);
  const message = KeyValue.encode({
    key: bytesOf(version.key),
    createRevision: BigInt(version.createRevision),
    modRevision: isDeleted ? 0n : BigInt(version.modRevision),
    version: BigInt(version.version),
    value: version.value!,
    lease: version.lease,
  }).finish();
  return Buffer.concat([revision, Buffer.from(isDeleted ? 't' : ''), message]);
}

const key = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(byteStringOf);
const revision = fc.oneof(
  fc.integer({ min: 2, max: 300 }),
  fc.maxSafeInteger().filter((number) => number > 1),
);
const put: fc.Arbitrary<Version> = fc
  .record({
    key,
    modRevision: revision,
    sub: fc.nat({ max: 300 }),
    createRevision: revision,
    version: fc.integer({ min: 1, max: 100_000 }),
    lease: fc.oneof(fc.constant(0n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    value: fc.uint8Array({ maxLength: 300 }),
  })
  .map((version) => ({ ...version, valueBytes: version.value.length }));
const deletion: fc.Arbitrary<Version> = put.map((version) => ({
  ...version,
  createRevision: 0,
  version: 0,
  lease: 0n,
  valueBytes: 0,
  value: new Uint8Array(0),
}));

test('a version is hashed as etcd keeps it', () => {
  fc.assert(
    fc.property(fc.oneof(put, deletion), fc.nat(), (version, before) => {
      const bytes = expected(version);
      expect(hashVersion(before, version, version.value!)).toBe(castagnoli(bytes, before));
      expect(hashedBytesOf(version)).toBe(bytes.length);
    }),
  );
});
