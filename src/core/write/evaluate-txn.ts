import { assert } from '../assert.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { TxnRequest } from '../types/request.ts';
import type { TxnOperationResponse, TxnResponse } from '../types/response.ts';
import type { Version } from '../types/version.ts';
import type { State } from '../state/state.ts';
import { checkRangeInTxn } from '../read/check-range.ts';
import { planTxn, type PlannedOperation, type TxnPlan } from '../read/plan.ts';
import { evaluateRange, valuesNeededByRange } from '../read/range.ts';
import type { ReadView, VersionValues } from '../read/view.ts';
import {
  checkPutInTxn,
  closeBatch,
  deleteRange,
  openBatch,
  put,
  revisionOf,
  type WriteBatch,
} from './evaluate-batch.ts';

/**
 * A transaction: decide every compare on the state before it, refuse whatever can be refused, ask for every value that can be needed; only
 * then run the operations, each seeing those before it. The answer's revision is the new one if anything was written.
 */
export function evaluateTxn(state: State, request: TxnRequest, values: VersionValues): Evaluation {
  const view: ReadView = { revision: state.revision, compactRevision: state.compactRevision, values };
  const planned = planTxn(state, request, view);
  if (planned.kind === 'values-needed') return planned;
  const missing = new Set<Version>();
  const refused = checkPlan(state, planned.plan, view, missing);
  if (refused !== undefined) return refused;
  if (missing.size > 0) return { kind: 'values-needed', versions: [...missing] };
  const batch = openBatch(state, values);
  const response = runPlan(batch, planned.plan);
  return closeBatch(batch, response);
}

/** The first refusal, in order of the operations; adds the values that are not at hand to `missing`. */
function checkPlan(state: State, plan: TxnPlan, view: ReadView, missing: Set<Version>): Evaluation | undefined {
  for (const operation of plan.operations) {
    const checked = checkPlanned(state, operation, view, missing);
    if (checked === undefined) continue;
    if (checked.kind !== 'values-needed') return checked;
    for (const version of checked.versions) missing.add(version);
  }
  return undefined;
}

function checkPlanned(
  state: State,
  operation: PlannedOperation,
  view: ReadView,
  missing: Set<Version>,
): Evaluation | undefined {
  switch (operation.kind) {
    case 'txn':
      return checkPlan(state, operation, view, missing);
    case 'put':
      return checkPutInTxn(state, operation, view.values);
    case 'delete-range':
      return undefined;
    case 'range': {
      const error = checkRangeInTxn(operation, view);
      if (error !== undefined) return { kind: 'error', error };
      return { kind: 'values-needed', versions: valuesNeededByRange(state, operation, view) };
    }
  }
}

function runPlan(batch: WriteBatch, plan: TxnPlan): TxnResponse {
  const responses: TxnOperationResponse[] = [];
  for (const operation of plan.operations) {
    const response = runPlanned(batch, operation);
    responses.push({ revision: revisionOf(batch), response });
  }
  return { kind: 'txn', succeeded: plan.succeeded, responses };
}

function runPlanned(batch: WriteBatch, operation: PlannedOperation): TxnOperationResponse['response'] {
  switch (operation.kind) {
    case 'txn':
      return runPlan(batch, operation);
    case 'put':
      return put(batch, operation);
    case 'delete-range':
      return deleteRange(batch, operation);
    case 'range': {
      const { state, values } = batch;
      const view = { revision: revisionOf(batch), compactRevision: state.compactRevision, values };
      const outcome = evaluateRange(state, operation, view);
      assert(outcome.kind === 'response', 'ranges are checked, and their values at hand, before the batch opens');
      return outcome.response;
    }
  }
}
