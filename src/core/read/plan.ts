import { assert } from '../assert.ts';
import type { DeleteRangeRequest, PutRequest, RangeRequest, TxnRequest } from '../types/request.ts';
import type { Version } from '../types/version.ts';
import type { State } from '../state/state.ts';
import { evaluateCompares } from './compare.ts';
import type { ReadView } from './view.ts';

/**
 * The operations that a transaction comes to, once its compares are decided. All of them, those of nested transactions too, see the state
 * before the transaction; so the plan is known before the first operation runs.
 */
export interface TxnPlan {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly operations: readonly PlannedOperation[];
}

export type PlannedOperation = RangeRequest | PutRequest | DeleteRangeRequest | TxnPlan;

export type PlanOutcome =
  | { readonly kind: 'plan'; readonly plan: TxnPlan }
  | { readonly kind: 'values-needed'; readonly versions: readonly Version[] };

export function planTxn(state: State, request: TxnRequest, view: ReadView): PlanOutcome {
  const compared = evaluateCompares(state, request.compare, view);
  if (compared.kind === 'values-needed') return compared;
  const operations: PlannedOperation[] = [];
  const missing: Version[] = [];
  for (const operation of compared.holds ? request.success : request.failure) {
    assert(operation.kind !== 'empty', 'an operation without a kind was refused before');
    if (operation.kind !== 'txn') {
      operations.push(operation);
      continue;
    }
    const nested = planTxn(state, operation, view);
    if (nested.kind === 'plan') operations.push(nested.plan);
    else missing.push(...nested.versions);
  }
  if (missing.length > 0) return { kind: 'values-needed', versions: missing };
  return { kind: 'plan', plan: { kind: 'txn', succeeded: compared.holds, operations } };
}
