import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuthContent, AuthRole, AuthUser, Permission } from '../../src/core/types/auth.ts';
import type { LeaseGrantState } from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';
import { memorySource } from '../../src/etcd-snapshot/bbolt/source.ts';
import type { EtcdContent } from '../../src/etcd-snapshot/content.ts';
import { readEtcdFile } from '../../src/etcd-snapshot/read-snapshot.ts';
import { layOutSnapshot } from '../../src/etcd-snapshot/write-snapshot.ts';
import { leases as leaseIds, record } from '../property/format-arbitraries.ts';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array).toString('latin1'));
const revision = fc.integer({ min: 1, max: 2 ** 48 });

const put: fc.Arbitrary<Version> = record({
  key: bytes(1, 40),
  modRevision: revision,
  sub: fc.nat(0xffff_ffff),
  createRevision: revision,
  version: fc.integer({ min: 1, max: 2 ** 40 }),
  lease: fc.oneof(fc.constant(0n), leaseIds),
  value: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 1, arbitrary: fc.nat(12_000).map((length) => new Uint8Array(length).fill(length & 255)) },
  ),
}).map((version) => ({
  ...version,
  createRevision: Math.min(version.createRevision, version.modRevision),
  valueBytes: version.value.length,
}));
const tombstone: fc.Arbitrary<Version> = put.map((version) => ({
  ...version,
  createRevision: 0,
  version: 0,
  lease: 0n,
  valueBytes: 0,
  value: new Uint8Array(0),
}));

const versions = fc
  .uniqueArray(fc.oneof({ weight: 4, arbitrary: put }, { weight: 1, arbitrary: tombstone }), {
    selector: ({ modRevision, sub }) => `${modRevision}.${sub}`,
    maxLength: 300,
  })
  .map((all) => all.sort((left, right) => left.modRevision - right.modRevision || left.sub - right.sub));

const leases: fc.Arbitrary<readonly LeaseGrantState[]> = fc
  .uniqueArray(record({ lease: leaseIds, ttlSeconds: fc.integer({ min: 1, max: 9_000_000_000 }) }), {
    selector: ({ lease }) => lease,
    maxLength: 30,
  })
  .map((all) => all.sort((left, right) => (left.lease < right.lease ? -1 : 1)));

/** UTF-8, as every name is. */
const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .map((text) => Buffer.from(text).toString('latin1'));
const names = fc.uniqueArray(name, { maxLength: 5 }).map((all) => all.sort());

const permission: fc.Arbitrary<Permission> = record({
  type: fc.constantFrom('read', 'write', 'readwrite'),
  key: bytes(1, 10),
  rangeEnd: fc.oneof(fc.constant(undefined), bytes(1, 10)),
});

const permissions = fc.uniqueArray(permission, {
  selector: ({ key, rangeEnd }) => [key, rangeEnd].join('\n'),
  maxLength: 5,
});

const auth: fc.Arbitrary<AuthContent> = record({
  enabled: fc.boolean(),
  revision: fc.integer({ min: 1, max: 1_000 }),
  users: fc.uniqueArray(
    record({
      name,
      passwordHash: bytes(0, 60),
      noPassword: fc.boolean(),
      roles: names,
      credentialRevision: fc.constant(0),
    }),
    { selector: ({ name: of }) => of, maxLength: 5 },
  ),
  roles: fc.uniqueArray(record({ name, permissions }), {
    selector: ({ name: of }) => of,
    maxLength: 5,
  }),
}).map(({ users, roles, ...rest }) => ({
  ...rest,
  users: users.map((user): AuthUser => ({ ...user, credentialRevision: rest.revision })).sort(byName),
  roles: roles.map((role): AuthRole => ({ ...role, permissions: [...role.permissions].sort(byKey) })).sort(byName),
}));

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

function byKey(left: Permission, right: Permission): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}

const contents: fc.Arbitrary<EtcdContent> = record({
  revision,
  compactRevision: fc.oneof(fc.constant(0), revision),
  consistentIndex: revision,
  term: revision,
  versions,
  leases,
  auth,
  alarms: fc.constant([]),
  members: fc.constant([{ id: 7n, name: 'é"\\', clientUrls: ['http://127.0.0.1:1'] }]),
});

test('what is written is read again, every field of it', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const file = await layOutSnapshot(content);
      const pages: Uint8Array[] = [];
      for await (const page of file.pages((some) => Promise.resolve(some.map(({ value }) => value!)))) pages.push(page);
      const whole = Buffer.concat(pages);
      expect(whole.length).toBe(file.bytes);
      const read = readEtcdFile(memorySource(whole));
      expect(read.compactRevision).toBe(content.compactRevision);
      expect(read.leases).toEqual(content.leases);
      expect(read.auth).toEqual(content.auth);
      const found = [...read.versions()];
      expect(found.map(({ version }) => ({ ...version, value: Uint8Array.from(version.value) }))).toEqual(
        content.versions,
      );
      for (const { version, valueOffset } of found) {
        const { valueBytes, value } = version;
        if (valueBytes > 0) expect(whole.subarray(valueOffset, valueOffset + valueBytes)).toEqual(Buffer.from(value));
      }
    }),
    { numRuns: 60 },
  );
});
