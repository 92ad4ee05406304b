import * as original from '../../src/core/auth/needs.ts';
import type { Request, TxnOperation } from '../../src/core/types/request.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/needs.ts';

export const mutant: Mutant = {
  name: 'auth-branch-not-taken-unchecked',
  replaces: 'src/core/auth/needs.ts',
  breaks: 'authorization',
  description: 'What a transaction does when its compares fail needs no permission.',
};

export const needs: typeof original.needs = (request) => original.needs(withoutElse(request));

function withoutElse(request: Request): Request {
  if (request.kind !== 'txn') return request;
  return {
    ...request,
    success: request.success.map((each) => withoutElse(each as Request) as TxnOperation),
    failure: [],
  };
}
