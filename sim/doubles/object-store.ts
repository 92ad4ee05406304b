import type {
  ByteRange,
  DeleteOutcome,
  GetOutcome,
  ListOptions,
  ListOutcome,
  PutCondition,
  PutOutcome,
} from '../../src/ports/object-store.ts';
import { assertByteRange, assertObjectKey, assertObjectPrefix } from './object-key.ts';

/**
 * The object store as it would be without a network: each call happens whole at the moment it is made. Loss, delay, damage and refusal
 * are the world's, between the caller and this.
 *
 * Invariants: bodies are copied in and out; ETags count up and never come back, not even after a delete.
 */
export interface SimulatedObjectStore {
  put(key: string, body: Uint8Array, condition: PutCondition, wallMs: number, by?: number): PutOutcome;
  get(key: string, range?: ByteRange): GetOutcome;
  list(prefix: string, options: ListOptions): ListOutcome;
  deleteMany(keys: readonly string[], by?: number): DeleteOutcome;
  /** Without copying: for whoever looks on. */
  readonly objects: ReadonlyMap<string, SimulatedObject>;
  /** Changes an object behind everybody's back, ETag kept: bit rot. */
  damage(key: string, change: (body: Uint8Array) => Uint8Array): void;
}

export interface SimulatedObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** Each change of the content; `bytes` undefined: deleted. */
export type StoreListener = (key: string, bytes: Uint8Array | undefined, by: number | undefined) => void;

const keysPerCallMax = 1_000;

export function createSimulatedObjectStore(changed: StoreListener = () => undefined): SimulatedObjectStore {
  const objects = new Map<string, SimulatedObject>();
  let etagsGiven = 0;

  function put(key: string, body: Uint8Array, condition: PutCondition, wallMs: number, by?: number): PutOutcome {
    assertObjectKey(key);
    const existing = objects.get(key);
    if (condition.kind === 'absent' && existing !== undefined) return { kind: 'condition-failed' };
    if (condition.kind === 'match' && existing?.etag !== condition.etag) return { kind: 'condition-failed' };
    etagsGiven += 1;
    const etag = `"${etagsGiven}"`;
    const kept = body.slice();
    objects.set(key, { body: kept, etag, lastModifiedMs: wallMs });
    changed(key, kept, by);
    return { kind: 'ok', etag };
  }

  function get(key: string, range?: ByteRange): GetOutcome {
    assertObjectKey(key);
    if (range !== undefined) assertByteRange(range);
    const object = objects.get(key);
    if (object === undefined) return { kind: 'not-found' };
    const body = range === undefined ? object.body.slice() : object.body.slice(range.start, range.end);
    return { kind: 'ok', body, etag: object.etag, size: object.body.length };
  }

  function list(prefix: string, options: ListOptions): ListOutcome {
    assertObjectPrefix(prefix);
    const limit = Math.min(options.limit ?? keysPerCallMax, keysPerCallMax);
    const after = options.after ?? '';
    const keys: string[] = [];
    for (const key of objects.keys()) if (key > after && key.startsWith(prefix)) keys.push(key);
    keys.sort();
    const listed = keys.slice(0, limit).map((key) => {
      const { body, lastModifiedMs } = objects.get(key)!;
      return { key, size: body.length, lastModifiedMs };
    });
    return { kind: 'ok', objects: listed, more: keys.length > listed.length };
  }

  function deleteMany(keys: readonly string[], by?: number): DeleteOutcome {
    if (keys.length > keysPerCallMax) throw new RangeError(`delete: more than ${keysPerCallMax} keys`);
    for (const key of keys) assertObjectKey(key);
    for (const key of keys) if (objects.delete(key)) changed(key, undefined, by);
    return { kind: 'ok' };
  }

  return {
    put,
    get,
    list,
    deleteMany,
    objects,
    damage(key, change) {
      const object = objects.get(key);
      if (object === undefined) return;
      const body = change(object.body.slice());
      objects.set(key, { ...object, body });
      changed(key, body, undefined);
    },
  };
}
