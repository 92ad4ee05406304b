import { randomInt } from 'node:crypto';
import type { Http2Server, Http2Session, ServerHttp2Stream } from 'node:http2';
import { createNumbered } from '../../core/numbered.ts';

/**
 * Where Node's sessions keep their streams: a `Map`, which would keep most calls from being freed cheaply when they are over (`numbered.ts`
 * says why). Each session gets another table, that does the same.
 *
 * A client chooses the numbers of its streams, so that it must not know where they end up: with each in the other's way, a few thousand would keep
 * the process busy for seconds.
 *
 * The table is private to Node. Where it is not found, which a test would tell of a new version, it stays as it is: calls then cost more, and nothing
 * else changes.
 */
export function replaceStreamTables(http2: Http2Server): void {
  http2.on('session', replaceStreamTable);
}

export function replaceStreamTable(session: Http2Session): void {
  const state = stateOf(session);
  if (state !== undefined && isTable(state.streams)) state.streams = tableOf(state.streams);
}

/** Node's is a map, but no instance of `Map`: it has a prototype of its own, which nobody can change. */
function isTable(streams: unknown): streams is Streams {
  if (typeof streams !== 'object' || streams === null) return false;
  return ['get', 'set', 'delete', 'forEach'].every(
    (name) => typeof (streams as Record<string, unknown>)[name] === 'function',
  );
}

const secret = randomInt(2 ** 32);

type Streams = Map<number, ServerHttp2Stream>;

function stateOf(session: Http2Session): { streams?: unknown } | undefined {
  const name = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state');
  return name && (session as unknown as Record<symbol, { streams?: unknown } | undefined>)[name];
}

function tableOf(before: Streams): Streams {
  const streams = createNumbered<ServerHttp2Stream>(secret);
  const table: Streams = {
    get size() {
      return streams.size();
    },
    get: (id) => streams.get(id),
    has: (id) => streams.get(id) !== undefined,
    set: (id, stream) => {
      streams.set(id, stream);
      return table;
    },
    delete: (id) => id > 0 && streams.take(id) !== undefined,
    clear: () => streams.all().forEach(([id]) => streams.take(id)),
    forEach: (look) => streams.all().forEach(([id, stream]) => look(stream, id, table)),
    entries: () => new Map(streams.all()).entries(),
    keys: () => new Map(streams.all()).keys(),
    values: () => new Map(streams.all()).values(),
    [Symbol.iterator]: () => new Map(streams.all())[Symbol.iterator](),
    [Symbol.toStringTag]: 'Map',
  };
  before.forEach((stream, id) => table.set(id, stream));
  return table;
}
