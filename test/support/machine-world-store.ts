import type {
  ByteRange,
  DeleteOutcome,
  GetOutcome,
  ListOutcome,
  PutCondition,
  PutOutcome,
  StoreProblem,
} from '../../src/ports/object-store.ts';

/** The objects, and what a call does to them at the moment at which it happens. No time and no faults in here. */
export interface WorldObjects {
  readonly objects: Map<string, { readonly body: Uint8Array; readonly etag: string }>;
  put(key: string, body: Uint8Array, condition: PutCondition): PutOutcome;
  get(key: string, range?: ByteRange): GetOutcome;
  list(prefix: string, after: string, limit: number): ListOutcome;
  remove(keys: readonly string[]): DeleteOutcome;
  copy(): WorldObjects;
}

export const worldProblem: StoreProblem = { code: 'World', message: 'a fault of the world', permanent: false };

export function createWorldObjects(content: WorldObjects['objects'] = new Map(), etagsGiven = 0): WorldObjects {
  const objects = content;
  let etags = etagsGiven;
  return {
    objects,
    put(key, body, condition) {
      const found = objects.get(key);
      if (condition.kind === 'absent' && found !== undefined) return { kind: 'condition-failed' };
      if (condition.kind === 'match' && found?.etag !== condition.etag) return { kind: 'condition-failed' };
      etags += 1;
      const etag = `"${etags}"`;
      objects.set(key, { body: body.slice(), etag });
      return { kind: 'ok', etag };
    },
    get(key, range) {
      const found = objects.get(key);
      if (found === undefined) return { kind: 'not-found' };
      return {
        kind: 'ok',
        body: found.body.slice(range?.start, range?.end),
        etag: found.etag,
        size: found.body.length,
      };
    },
    list(prefix, after, limit) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      const listed = keys.slice(0, limit).map((key) => ({
        key,
        size: objects.get(key)!.body.length,
        lastModifiedMs: 0,
      }));
      return { kind: 'ok', objects: listed, more: keys.length > listed.length };
    },
    remove(keys) {
      for (const key of keys) objects.delete(key);
      return { kind: 'ok' };
    },
    copy: () => createWorldObjects(new Map(objects), etags),
  };
}
