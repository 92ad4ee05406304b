import { assert } from '../assert.ts';
import type { ClientError } from '../types/error.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { RangeRequest, Request, TxnRequest } from '../types/request.ts';
import type { TxnOperationResponse, TxnResponse } from '../types/response.ts';
import type { Version } from '../types/version.ts';
import type { State } from '../state/state.ts';
import { checkRangeInTxn } from './check-range.ts';
import { planTxn, type TxnPlan } from './plan.ts';
import { evaluateRange } from './range.ts';
import type { ReadView } from './view.ts';

/** Requests that cannot write, whichever way their compares go. */
export type ReadRequest = RangeRequest | TxnRequest;

export function isReadRequest(request: Request): request is ReadRequest {
  return request.kind === 'range' || (request.kind === 'txn' && !mayWrite(request));
}

function mayWrite(request: TxnRequest): boolean {
  return [request.success, request.failure].some((operations) =>
    operations.some(
      (operation) =>
        operation.kind === 'put' ||
        operation.kind === 'delete-range' ||
        (operation.kind === 'txn' && mayWrite(operation)),
    ),
  );
}

/** The request has passed `checkRequest`. Never answers 'record'; the state is not touched. */
export function evaluateRead(state: State, request: ReadRequest, view: ReadView): Evaluation {
  if (request.kind === 'txn') return evaluateReadTxn(state, request, view);
  const outcome = evaluateRange(state, request, view);
  if (outcome.kind !== 'response') return outcome;
  return { kind: 'answer', response: outcome.response, revision: view.revision };
}

function evaluateReadTxn(state: State, request: TxnRequest, view: ReadView): Evaluation {
  const planned = planTxn(state, request, view);
  if (planned.kind === 'values-needed') return planned;
  const error = checkPlan(planned.plan, view);
  if (error !== undefined) return { kind: 'error', error };
  const missing: Version[] = [];
  const response = runPlan(state, planned.plan, view, missing);
  if (missing.length > 0) return { kind: 'values-needed', versions: missing };
  return { kind: 'answer', response, revision: view.revision };
}

function checkPlan(plan: TxnPlan, view: ReadView): ClientError | undefined {
  for (const operation of plan.operations) {
    assert(operation.kind === 'range' || operation.kind === 'txn', 'a transaction that reads has no write');
    const error = operation.kind === 'txn' ? checkPlan(operation, view) : checkRangeInTxn(operation, view);
    if (error !== undefined) return error;
  }
  return undefined;
}

function runPlan(state: State, plan: TxnPlan, view: ReadView, missing: Version[]): TxnResponse {
  const responses: TxnOperationResponse[] = [];
  for (const operation of plan.operations) {
    assert(operation.kind === 'range' || operation.kind === 'txn', 'a transaction that reads has no write');
    if (operation.kind === 'txn') {
      responses.push({ revision: view.revision, response: runPlan(state, operation, view, missing) });
      continue;
    }
    const outcome = evaluateRange(state, operation, view);
    assert(outcome.kind !== 'error', 'ranges are checked before the transaction begins');
    if (outcome.kind === 'values-needed') missing.push(...outcome.versions);
    else responses.push({ revision: view.revision, response: outcome.response });
  }
  return { kind: 'txn', succeeded: plan.succeeded, responses };
}
