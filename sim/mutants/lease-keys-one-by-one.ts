import * as original from '../../src/core/write/evaluate-lease.ts';
import { applyRecord } from '../../src/core/state/apply-record.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/evaluate-lease.ts';

export const mutant: Mutant = {
  name: 'lease-keys-one-by-one',
  replaces: 'src/core/write/evaluate-lease.ts',
  breaks: 'lease keys together',
  description: 'The keys of a lease are deleted one by one, each in a revision of its own.',
};

export const evaluateLeaseRevoke: typeof original.evaluateLeaseRevoke = (state, request) => {
  const keys = [...(state.leases.get(request.id)?.keys ?? [])].sort();
  const [key] = keys;
  if (key === undefined || keys.length === 1) return original.evaluateLeaseRevoke(state, request);
  const revision = state.revision + 1;
  const record = { kind: 'write', revision, operations: [{ kind: 'delete', key }] } as const;
  const versions = applyRecord(state, record);
  return { kind: 'record', record, versions, response: { kind: 'lease-revoke' }, revision };
};
