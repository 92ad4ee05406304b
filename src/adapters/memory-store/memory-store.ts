/**
 * Object store in the memory of this process: for tests, and for several nodes in one process that share a name.
 *
 * - Every operation happens whole at the moment it is called; only its answer is asynchronous.
 * - Bodies are copied in and out: no caller can change a stored object.
 * - ETags count up and never come back, not even after a delete.
 * - A named store lives until the process ends; an unnamed one belongs to whoever opened it.
 */
import type {
  ByteRange,
  DeleteOutcome,
  GetOutcome,
  ListOptions,
  ListOutcome,
  ObjectStore,
  PutCondition,
  PutOutcome,
} from '../../ports/object-store.ts';
import { assertByteRange } from '../byte-range.ts';
import { assertObjectKey, assertObjectPrefix, objectKeysPerDeleteMax, objectsPerListMax } from '../object-key.ts';

interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

interface Content {
  readonly objects: Map<string, StoredObject>;
  etagsGiven: number;
}

const contentsByName = new Map<string, Content>();

export function openMemoryStore(name = ''): ObjectStore {
  const content = contentOf(name);
  return {
    description: `memory:${name}`,
    put: async (key, body, condition) => put(content, key, body, condition),
    get: async (key, range) => get(content, key, range),
    list: async (prefix, options) => list(content, prefix, options),
    deleteMany: async (keys) => deleteMany(content, keys),
    close: async () => {},
  };
}

function contentOf(name: string): Content {
  const known = name === '' ? undefined : contentsByName.get(name);
  if (known !== undefined) return known;
  const content: Content = { objects: new Map(), etagsGiven: 0 };
  if (name !== '') contentsByName.set(name, content);
  return content;
}

function put(content: Content, key: string, body: Uint8Array, condition: PutCondition): PutOutcome {
  assertObjectKey(key);
  const existing = content.objects.get(key);
  if (condition.kind === 'absent' && existing !== undefined) return { kind: 'condition-failed' };
  if (condition.kind === 'match' && existing?.etag !== condition.etag) return { kind: 'condition-failed' };
  content.etagsGiven += 1;
  const etag = `"${content.etagsGiven}"`;
  content.objects.set(key, { body: body.slice(), etag, lastModifiedMs: Date.now() });
  return { kind: 'ok', etag };
}

function get(content: Content, key: string, range: ByteRange | undefined): GetOutcome {
  assertObjectKey(key);
  if (range !== undefined) assertByteRange(range);
  const object = content.objects.get(key);
  if (object === undefined) return { kind: 'not-found' };
  const body = range === undefined ? object.body.slice() : object.body.slice(range.start, range.end);
  return { kind: 'ok', body, etag: object.etag, size: object.body.length };
}

function list(content: Content, prefix: string, options: ListOptions = {}): ListOutcome {
  assertObjectPrefix(prefix);
  const limit = Math.min(options.limit ?? objectsPerListMax, objectsPerListMax);
  const after = options.after ?? '';
  const keys = [...content.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const objects = keys.slice(0, limit).map((key) => {
    const object = content.objects.get(key)!;
    return { key, size: object.body.length, lastModifiedMs: object.lastModifiedMs };
  });
  return { kind: 'ok', objects, more: keys.length > objects.length };
}

function deleteMany(content: Content, keys: readonly string[]): DeleteOutcome {
  if (keys.length > objectKeysPerDeleteMax) throw new RangeError(`delete: more than ${objectKeysPerDeleteMax} keys`);
  for (const key of keys) assertObjectKey(key);
  for (const key of keys) content.objects.delete(key);
  return { kind: 'ok' };
}
