import { createNumbered, type Numbered } from '../core/numbered.ts';
import type { CallOperation } from '../core/types/effect.ts';
import type { CallResult } from '../core/types/event.ts';
import type { Disk } from '../ports/disk.ts';
import type { LocalStore } from '../ports/local-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { failureOfObjectCall, isObjectOperation, performObjectCall } from './object-calls.ts';

/** The core's calls on the ports. Each ends in exactly one result, whatever the port does. */
export interface Calls {
  start(call: number, operation: CallOperation): void;
  /** Reads values for an answer or a watcher; what deletes versions waits for it. */
  readLocal(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export function createCalls(
  store: ObjectStore,
  localStore: LocalStore,
  disk: Disk,
  result: (call: number, result: CallResult) => void,
): Calls {
  const reads = createNumbered<Promise<unknown>>();
  const writes = createNumbered<Promise<unknown>>();
  const underWay = createNumbered<Promise<unknown>>();
  let nextTracked = 1;

  async function perform(operation: CallOperation): Promise<CallResult> {
    if (isObjectOperation(operation)) return performObjectCall(store, operation);
    switch (operation.kind) {
      case 'local-write': {
        const before = operation.afterReads ? allSettled(reads) : undefined;
        await tracked(writes, writeLocal(operation, before));
        return { kind: 'local-write' };
      }
      case 'local-get':
        return { kind: 'local-get', values: await readLocal(operation.keys) };
      case 'local-scan':
        await allSettled(writes);
        return {
          kind: 'local-scan',
          entries: await localStore.scan(operation.from, operation.to, operation.limit),
        };
      case 'local-set-aside':
        await allSettled(writes, reads);
        return { kind: 'local-set-aside', path: await localStore.setAside() };
      case 'disk-append':
        await disk.append(operation.file, operation.bytes, { durability: operation.durability });
        return { kind: 'disk-append' };
      case 'disk-read':
        return { kind: 'disk-read', bytes: await disk.read(operation.file) };
      case 'disk-list':
        return { kind: 'disk-list', files: await disk.list() };
      case 'disk-remove':
        await disk.remove(operation.file, { durability: operation.durability });
        return { kind: 'disk-remove' };
      case 'disk-set-aside':
        return { kind: 'disk-set-aside', path: await disk.setAside(operation.file) };
    }
  }

  async function writeLocal(
    operation: Extract<CallOperation, { readonly kind: 'local-write' }>,
    before: Promise<unknown> | undefined,
  ): Promise<void> {
    if (before !== undefined) await before;
    await localStore.write(operation.batch, { durability: operation.durability });
  }

  function readLocal(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return tracked(reads, localStore.getMany(keys));
  }

  function tracked<Result>(among: Numbered<Promise<unknown>>, promise: Promise<Result>): Promise<Result> {
    const number = nextTracked++;
    among.set(number, promise);
    const forget = () => among.take(number);
    promise.then(forget, forget);
    return promise;
  }

  return {
    start(call, operation) {
      const done = perform(operation).catch((error: unknown): CallResult => failureOf(operation, error));
      void tracked(underWay, done).then((settled) => result(call, settled));
    },
    readLocal,
    async settled() {
      while (underWay.size() > 0) await allSettled(underWay);
    },
  };
}

function allSettled(...tracked: readonly Numbered<Promise<unknown>>[]): Promise<unknown> {
  return Promise.allSettled(tracked.flatMap((promises) => promises.all().map(([, promise]) => promise)));
}

/** A port that throws says nothing about what happened. */
function failureOf(operation: CallOperation, error: unknown): CallResult {
  if (isObjectOperation(operation)) return failureOfObjectCall(operation, error);
  return { kind: 'local-failed', message: error instanceof Error ? error.message : String(error) };
}
