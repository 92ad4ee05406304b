import { noLease } from '../types/bytes.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { PutRequest, Request, TxnOperation, TxnRequest } from '../types/request.ts';
import { checkDuplicates } from './check-duplicates.ts';

/**
 * What can be said against a request without looking at the state, in etcd's order. Both branches of a transaction are checked, also the one
 * that will not be taken. Every request passes here once, before it is evaluated.
 */
export function checkRequest(request: Request, txnOperationsMax: number): ClientError | undefined {
  switch (request.kind) {
    case 'range':
    case 'delete-range':
      return checkKey(request.key);
    case 'put':
      return checkPut(request);
    case 'txn':
      return checkTxn(request, txnOperationsMax) ?? checkDuplicates(request);
    default:
      return undefined;
  }
}

function checkKey(key: string): ClientError | undefined {
  return key === '' ? clientErrors.emptyKey : undefined;
}

function checkPut(request: PutRequest): ClientError | undefined {
  if (request.key === '') return clientErrors.emptyKey;
  if (request.ignoreValue && request.value.length > 0) return clientErrors.valueProvided;
  if (request.ignoreLease && request.lease !== noLease) return clientErrors.leaseProvided;
  return undefined;
}

/** A level takes as many operations as its longest list has from what its nested transactions may hold. */
function checkTxn(request: TxnRequest, operationsMax: number): ClientError | undefined {
  const operations = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (operations > operationsMax) return clientErrors.tooManyOperations;
  if (request.compare.some((compare) => compare.key === '')) return clientErrors.emptyKey;
  for (const branch of [request.success, request.failure]) {
    for (const operation of branch) {
      const error = checkOperation(operation, operationsMax - operations);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function checkOperation(operation: TxnOperation, operationsMax: number): ClientError | undefined {
  switch (operation.kind) {
    case 'range':
    case 'delete-range':
      return checkKey(operation.key);
    case 'put':
      return checkPut(operation);
    case 'txn':
      return checkTxn(operation, operationsMax);
    case 'empty':
      return clientErrors.keyNotFound;
  }
}
