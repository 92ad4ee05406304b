import type { Database } from '../../src/host/database.ts';
import type { T4 } from '../../src/library/t4.ts';
import { compare, operation } from '../../src/library/txn.ts';
import { applyChanges, type Change, type HeldContent, type HeldEntry } from '../support/content-model.ts';
import type { Seeded } from '../support/seeded.ts';

/**
 * Random writes to a database, and beside it what every revision of it holds: contents, leases, and what was compacted by then. Writes go out
 * several at once; their order is that of their revisions.
 */
export interface RecordedLife {
  revision(): number;
  compactRevision(): number;
  at(revision: number): RecordedMoment;
  /** A few writes at once. */
  write(database: T4): Promise<void>;
  /** A lease is granted, or one ends with its keys. */
  lease(database: Database): Promise<void>;
  compact(database: T4): Promise<void>;
}

/** Just before the next revision. */
export interface RecordedMoment {
  readonly content: HeldContent;
  /** With their time to live, in seconds. */
  readonly leases: ReadonlyMap<bigint, number>;
  readonly compactRevision: number;
}

interface Written {
  readonly revision: number;
  readonly changes: readonly Change[];
  /** What the transaction found of the key that it asked for. */
  readonly existed?: { readonly key: string; readonly is: boolean };
}

const keysMax = 40;
const writesAtOnceMax = 6;
const compactionReachMax = 300;

export function createRecordedLife(seeded: Seeded): RecordedLife {
  const content = new Map<string, HeldEntry>();
  const leases = new Map<bigint, number>();
  const moments = new Map<number, RecordedMoment>();
  let revision = 1;
  let compactRevision = 0;
  let writes = 0;
  record();

  function record(): void {
    moments.set(revision, { content: new Map(content), leases: new Map(leases), compactRevision });
  }

  function take(written: Written): void {
    if (written.revision !== revision + 1) {
      throw new Error(`revision ${written.revision} follows ${revision}`);
    }
    const { existed } = written;
    if (existed !== undefined && content.has(existed.key) !== existed.is) {
      throw new Error(`revision ${written.revision}: ${existed.key} ${existed.is ? 'existed' : 'did not exist'}`);
    }
    revision = written.revision;
    applyChanges(content, revision, written.changes);
    record();
  }

  const someKey = (): string => `${seeded.pick(['a', 'b', 'c/d'])}/${seeded.integer(1, keysMax)}`;

  function somePut(key = someKey()): Extract<Change, { readonly kind: 'put' }> {
    writes += 1;
    const lease = leases.size > 0 && seeded.next() < 0.2 ? seeded.pick([...leases.keys()]) : 0n;
    return { kind: 'put', key, value: `${writes} ${'x'.repeat(seeded.integer(0, 60))}`, lease };
  }

  async function writeOne(database: T4): Promise<Written | undefined> {
    const chance = seeded.next();
    if (chance < 0.6) {
      const put = somePut();
      const done = await database.put(put.key, put.value, { lease: put.lease });
      return { revision: done.revision, changes: [put] };
    }
    if (chance < 0.78) {
      const key = someKey();
      const done = await database.delete(key);
      return done.deleted === 0 ? undefined : { revision: done.revision, changes: [{ kind: 'delete', key }] };
    }
    if (chance < 0.81) {
      const prefix = `${someKey().slice(0, -1)}`;
      const done = await database.delete({ prefix });
      return done.deleted === 0 ? undefined : { revision: done.revision, changes: [{ kind: 'delete-prefix', prefix }] };
    }
    return await transact(database);
  }

  async function transact(database: T4): Promise<Written> {
    const key = someKey();
    const created = somePut(key);
    const others = ['x/1', 'x/2', 'x/3'].map((other) => somePut(other));
    const removed: Change = { kind: 'delete', key };
    const put = ({ key: name, value, lease }: typeof created) => operation.put(name, value, { lease });
    const done = await database.txn({
      if: [compare.version(key, '=', 0)],
      then: [put(created), ...others.map(put)],
      else: [operation.delete(key), put(others[0]!)],
    });
    const changes = done.succeeded ? [created, ...others] : [removed, others[0]!];
    return { revision: done.revision, changes, existed: { key, is: !done.succeeded } };
  }

  return {
    revision: () => revision,
    compactRevision: () => compactRevision,

    at(asked) {
      const moment = moments.get(asked);
      if (moment === undefined) throw new Error(`nothing was recorded of revision ${asked}`);
      return moment;
    },

    async write(database) {
      const atOnce = Array.from({ length: seeded.integer(1, writesAtOnceMax) }, () => writeOne(database));
      const written = (await Promise.all(atOnce)).filter((one) => one !== undefined);
      for (const one of written.sort((left, right) => left.revision - right.revision)) take(one);
    },

    async lease(database) {
      if (leases.size < 3 || seeded.next() < 0.5) {
        const ttlSeconds = seeded.integer(100_000, 200_000);
        const { response } = await database.request<'lease-grant'>({ kind: 'lease-grant', id: 0n, ttlSeconds });
        leases.set(response.id, ttlSeconds);
        record();
        return;
      }
      const id = seeded.pick([...leases.keys()]);
      const hasKeys = [...content.values()].some(({ lease }) => lease === id);
      const { header } = await database.request<'lease-revoke'>({ kind: 'lease-revoke', id });
      leases.delete(id);
      if (hasKeys) take({ revision: header.revision, changes: [{ kind: 'delete-lease', lease: id }] });
      else record();
    },

    async compact(database) {
      const at = Math.max(compactRevision + 1, revision - seeded.integer(0, compactionReachMax));
      if (at > revision) return;
      await database.compact(at);
      compactRevision = at;
      record();
    },
  };
}
