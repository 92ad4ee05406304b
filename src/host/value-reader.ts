import { decodeLocalValue, valueKeyOf } from '../core/format/local-layout.ts';
import { describeDamage } from '../core/format/damage.ts';
import type { Response } from '../core/types/response.ts';
import type { Version } from '../core/types/version.ts';
import type { WatchResponse } from '../core/types/watch.ts';
import type { Digest } from '../ports/digest.ts';
import type { Calls } from './calls.ts';
import type { KeyValue, Resolved } from './database.ts';

/**
 * Gives versions their values: from memory where the core has them, else from the local store, else the core fetches them from where they still
 * are. A version's value never changes, so it may be read after the core has answered; the core may drop it from memory at any step, so
 * what is at hand is copied at once.
 */
export interface ValueReader {
  /** At once when every value is in memory. Rejects when one cannot be read, of which the core knows, or not in time. */
  resolve(response: Response): Resolved<Response> | Promise<Resolved<Response>>;
  /** However long it takes. */
  resolveWatch(response: WatchResponse): Promise<Resolved<WatchResponse>>;
  /** Of all of them, in their order, however long it takes. */
  readAll(versions: readonly Version[]): Promise<readonly Uint8Array[]>;
  /** Every value that the response needs is in memory. */
  atHand(response: WatchResponse): boolean;
  /** For a response whose values are at hand. */
  copyWatch(response: WatchResponse): Resolved<WatchResponse>;
}

type Values = ReadonlyMap<Version, Uint8Array>;

const noBytes = new Uint8Array(0);
const nothingRead: Values = new Map<Version, Uint8Array>();

export interface ValueReaderEdges {
  /** The local store does not have them; undefined: they cannot be had now. */
  wanted(versions: readonly Version[], isPatient: boolean): Promise<Values | undefined>;
  damaged(reason: string): void;
}

export function createValueReader(
  calls: Pick<Calls, 'readLocal'>,
  digest: Digest,
  { wanted, damaged }: ValueReaderEdges,
): ValueReader {
  async function read(versions: readonly Version[], isPatient: boolean): Promise<Values> {
    const values = new Map<Version, Uint8Array>();
    const missing: Version[] = [];
    for (const version of versions) {
      if (version.value === undefined) missing.push(version);
      else values.set(version, version.value);
    }
    if (missing.length === 0) return values;
    const absent: Version[] = [];
    let problem: string | undefined;
    try {
      const stored = await calls.readLocal(missing.map((version) => valueKeyOf(version)));
      missing.forEach((version, index) => {
        if (stored[index] === undefined) {
          absent.push(version);
          return;
        }
        const decoded = decodeLocalValue(version, stored[index], digest);
        if (decoded.kind === 'ok') values.set(version, decoded.value);
        else problem = `the local store is damaged: ${describeDamage(decoded.damage)}`;
      });
    } catch (error) {
      problem = `the local store cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (problem !== undefined) {
      damaged(problem);
      throw new Error(problem);
    }
    if (absent.length === 0) return values;
    const fetched = await wanted(absent, isPatient);
    if (fetched === undefined) throw new Error('values cannot be fetched now');
    for (const version of absent) values.set(version, fetched.get(version)!);
    return values;
  }

  return {
    resolve(response) {
      const needed: Version[] = [];
      collect(response, needed);
      if (needed.every((version) => version.value !== undefined)) return copy(response, nothingRead);
      return read(needed, false).then((values) => copy(response, values));
    },
    async resolveWatch(response) {
      const needed: Version[] = [];
      collectWatch(response, needed);
      return copyWatch(response, await read(needed, true));
    },
    async readAll(versions) {
      const values = await read(versions, true);
      return versions.map((version) => values.get(version)!);
    },
    atHand(response) {
      for (const { version, previous } of response.events) {
        if (version.value === undefined || (previous !== undefined && previous.value === undefined)) return false;
      }
      return true;
    },
    copyWatch: (response) => copyWatch(response, nothingRead),
  };
}

function collect(response: Response, needed: Version[]): void {
  switch (response.kind) {
    case 'range':
      if (!response.keysOnly) for (const version of response.kvs) needed.push(version);
      return;
    case 'put':
      if (response.previous !== undefined) needed.push(response.previous);
      return;
    case 'delete-range':
      for (const version of response.previous) needed.push(version);
      return;
    case 'txn':
      for (const operation of response.responses) collect(operation.response, needed);
      return;
    default:
  }
}

function collectWatch(response: WatchResponse, needed: Version[]): void {
  for (const { version, previous } of response.events) {
    needed.push(version);
    if (previous !== undefined) needed.push(previous);
  }
}

function copy(response: Response, values: Values): Resolved<Response> {
  switch (response.kind) {
    case 'range':
      return {
        ...response,
        kvs: response.kvs.map((version) =>
          response.keysOnly ? { ...version, value: noBytes } : keyValue(version, values),
        ),
      };
    case 'put':
      return { ...response, previous: response.previous && keyValue(response.previous, values) };
    case 'delete-range':
      return { ...response, previous: response.previous.map((version) => keyValue(version, values)) };
    case 'txn':
      return {
        ...response,
        responses: response.responses.map(({ revision, response: inner }) => ({
          revision,
          response: copy(inner, values) as Resolved<typeof inner>,
        })),
      };
    default:
      return response;
  }
}

function copyWatch(response: WatchResponse, values: Values): Resolved<WatchResponse> {
  return {
    ...response,
    events: response.events.map(({ version, previous }) => ({
      version: keyValue(version, values),
      previous: previous && keyValue(previous, values),
    })),
  };
}

function keyValue(version: Version, values: Values): KeyValue {
  const value = values.get(version) ?? version.value;
  if (value === undefined) throw new Error('a value is read before it is copied');
  return { ...version, value };
}
