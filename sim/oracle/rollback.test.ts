import { describe, expect, it } from 'vitest';
import { applyRecord, applyRollback, createModel, leaseAt, liveAt, momentOf, versionsUpTo } from './model.ts';

const put = (revision: number, value: string, version: number, createRevision = 2) =>
  ({
    kind: 'write',
    revision,
    operations: [{ kind: 'put', key: 'key', value, lease: '0', createRevision, version }],
  }) as const;

describe('a rollback in the model', () => {
  function rolledBack() {
    const model = createModel();
    applyRecord(model, put(2, 'kept', 1));
    applyRecord(model, { kind: 'lease-grant', lease: '7', ttlSeconds: 5 });
    const cut = momentOf(model);
    applyRecord(model, put(3, 'left', 2));
    applyRecord(model, { kind: 'lease-grant', lease: '8', ttlSeconds: 5 });
    applyRecord(model, { kind: 'lease-revoke', lease: '7', revision: 0, keys: [] });
    applyRollback(model, cut, 5);
    return model;
  }

  it('shows what was there at the cut, and what was left at its own revisions', () => {
    const model = rolledBack();
    expect(liveAt(model, 'key', 5)?.value).toBe('kept');
    expect(liveAt(model, 'key', 3)?.value).toBe('left');
    expect(model.compactRevisionAt.at(-1)).toBe(5);
  });

  it('goes on from the cut, above what it skipped', () => {
    const model = rolledBack();
    expect(applyRecord(model, put(6, 'new', 2))).toBeUndefined();
    const versions = versionsUpTo(model, model.versions.get('key')!, 6);
    expect(versions.map(({ value }) => value)).toEqual(['kept', 'new']);
    expect(applyRecord(rolledBack(), put(5, 'new', 2))).toMatch(/revision 5 where 6 is due/);
    expect(applyRecord(rolledBack(), put(6, 'new', 3))).toMatch(/due are version 2/);
  });

  it('brings back leases of the cut with a life of their own, and no others', () => {
    const model = rolledBack();
    const moment = momentOf(model);
    expect(leaseAt(model, '7', moment)?.grantedAt).toBe(moment);
    expect(leaseAt(model, '8', moment)).toBeUndefined();
  });

  it('can go back on what an earlier one left', () => {
    const model = rolledBack();
    applyRollback(model, 3, 7);
    expect(liveAt(model, 'key', 7)?.value).toBe('left');
  });
});
