import * as original from '../../src/core/auth/needs.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/needs.ts';

export const mutant: Mutant = {
  name: 'auth-previous-value-unchecked',
  replaces: 'src/core/auth/needs.ts',
  breaks: 'authorization',
  description: 'Who may write a key is shown what was there before, without being allowed to read it.',
};

export const needs: typeof original.needs = (request) => {
  const whole = original.needs(request);
  return request.kind === 'put' || request.kind === 'delete-range'
    ? { ...whole, access: whole.access.filter(({ type }) => type === 'write') }
    : whole;
};
