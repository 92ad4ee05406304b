import type { CallOperation } from '../core/types/effect.ts';
import type { CallResult } from '../core/types/event.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The calls on the object store, of a node and of a tool alike. */

export type ObjectOperation = Extract<CallOperation, { readonly kind: `object-${string}` }>;

export async function performObjectCall(store: ObjectStore, operation: ObjectOperation): Promise<CallResult> {
  switch (operation.kind) {
    case 'object-put':
      return { kind: 'object-put', outcome: await store.put(operation.key, operation.body, operation.condition) };
    case 'object-get':
      return { kind: 'object-get', outcome: await store.get(operation.key, operation.range) };
    case 'object-list':
      return { kind: 'object-list', outcome: await store.list(operation.prefix, operation.options) };
    case 'object-delete':
      return { kind: 'object-delete', outcome: await store.deleteMany(operation.keys) };
  }
}

/** A store that throws says nothing about what happened: that is the unknown outcome. */
export function failureOfObjectCall(operation: ObjectOperation, error: unknown): CallResult {
  const message = error instanceof Error ? error.message : String(error);
  const problem = { code: 'Thrown', message, permanent: false };
  switch (operation.kind) {
    case 'object-put':
      return { kind: 'object-put', outcome: { kind: 'unknown', problem } };
    case 'object-get':
      return { kind: 'object-get', outcome: { kind: 'failed', problem } };
    case 'object-list':
      return { kind: 'object-list', outcome: { kind: 'failed', problem } };
    case 'object-delete':
      return { kind: 'object-delete', outcome: { kind: 'failed', problem, failed: operation.keys } };
  }
}

export function isObjectOperation(operation: CallOperation): operation is ObjectOperation {
  return operation.kind.startsWith('object-');
}

export interface ObjectCalls {
  start(call: number, operation: CallOperation): void;
}

/** Each ends in exactly one result, whatever the store does. */
export function createObjectCalls(store: ObjectStore, result: (call: number, result: CallResult) => void): ObjectCalls {
  return {
    start(call, operation) {
      if (!isObjectOperation(operation)) throw new Error(`a tool has no ${operation.kind}`);
      const done = performObjectCall(store, operation).catch((error: unknown) => failureOfObjectCall(operation, error));
      void done.then((settled) => result(call, settled));
    },
  };
}
