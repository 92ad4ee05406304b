import type { PlainRequest, PlainTxnOperation, PlainTxnRequest } from '../types/plain.ts';
import type { Action, Operation } from '../types/scenario.ts';

/**
 * What may stand in the place of a client's procedure of many calls, and of a transaction: one request of those that it makes. A story of
 * single requests is shorter, and shows that the procedure had no part in it.
 */
export function* simplerActions<Request>(operation: Operation<Request>): Generator<Action<Request>> {
  for (const request of requestsInstead(operation.id, operation.action as Action)) {
    yield { kind: 'request', request } as unknown as Action<Request>;
  }
}

function* requestsInstead(id: string, action: Action): Generator<PlainRequest> {
  switch (action.kind) {
    case 'request':
      if (action.request.kind === 'txn') yield* requestsOfBranches(action.request);
      return;
    case 'guaranteed-update':
      yield { kind: 'put', key: action.key, value: action.value };
      return;
    case 'guarded-delete':
      yield { kind: 'delete-range', key: action.key };
      return;
    case 'lock':
      yield { kind: 'put', key: action.name, value: id };
      return;
    case 'hold-lease':
      yield { kind: 'lease-grant', id: action.lease, ttlSeconds: Math.max(1, action.ttlSeconds) };
      for (const key of action.keys) yield { kind: 'put', key, value: `${id}/${key}` };
      return;
    case 'list-watch':
    case 'read-back':
      yield { kind: 'range', key: action.key, ...(action.rangeEnd === undefined ? {} : { rangeEnd: action.rangeEnd }) };
      return;
    default:
      return;
  }
}

function* requestsOfBranches({ success, failure }: PlainTxnRequest): Generator<PlainRequest> {
  // Another system's requests may be called the same.
  for (const branch of [success, failure]) if (Array.isArray(branch)) yield* branch as readonly PlainTxnOperation[];
}
