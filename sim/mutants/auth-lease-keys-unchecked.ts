import * as original from '../../src/core/auth/needs.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/needs.ts';

export const mutant: Mutant = {
  name: 'auth-lease-keys-unchecked',
  replaces: 'src/core/auth/needs.ts',
  breaks: 'authorization',
  description: 'Any user may revoke a lease, and delete with it keys that it may not write.',
};

export const needs: typeof original.needs = (request) =>
  request.kind === 'lease-revoke' ? { ...original.needs(request), access: [] } : original.needs(request);
