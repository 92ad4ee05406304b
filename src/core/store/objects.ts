import type { ByteRange, GetOutcome, PutCondition, PutOutcome, StoreProblem } from '../../ports/object-store.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { call, type Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import { afterPut } from './after-put.ts';
import { pause } from './backoff.ts';
import { storeKeyOf } from './store-key.ts';

/**
 * Object store calls as the tasks use them: they go on until the outcome is settled. Whoever waits is ended by its scope, by
 * a client's own deadline or by the lapse of the lease, never by a guess. Keys are relative to the database's home, or absolute.
 */

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** What a conditional PUT came to: ours is there, or something else is, or (for `match`) nothing at all. */
export type SettledPut =
  | { readonly kind: 'ours'; readonly etag: string }
  | { readonly kind: 'other'; readonly object: StoredObject }
  | { readonly kind: 'missing' };

/** The object, or undefined when the store says that there is none. */
export function* readObject(core: Core, key: string): Task<StoredObject | undefined> {
  return yield* readPart(core, key, undefined);
}

/** These bytes of it, fewer where the object ends before; undefined when the store says that there is none. */
export function* readRange(core: Core, key: string, range: ByteRange): Task<Uint8Array | undefined> {
  return (yield* readPart(core, key, range))?.body;
}

function* readPart(core: Core, key: string, range: ByteRange | undefined): Task<StoredObject | undefined> {
  for (let attempt = 0; ; attempt++) {
    const outcome = yield* getOnce(core, key, range);
    if (outcome.kind !== 'failed') settleProblem(core);
    if (outcome.kind === 'ok') return { body: outcome.body, etag: outcome.etag };
    if (outcome.kind === 'not-found') return undefined;
    reportProblem(core, `GET ${key}`, outcome.problem, attempt);
    yield* pause(core, attempt);
  }
}

const readsOfDamagedMax = 3;

/**
 * Reads and decodes; what looks damaged is read again, because the wire may have done it. Damage that stays is described by the
 * last decoding. `range`: a part of the object is all that is wanted.
 */
export function* readDecoded<Value, Damage>(
  core: Core,
  key: string,
  decode: (
    body: Uint8Array,
  ) => { readonly kind: 'ok'; readonly value: Value } | { readonly kind: 'damaged'; readonly damage: Damage },
  range?: ByteRange,
): Task<
  | { readonly kind: 'ok'; readonly value: Value; readonly object: StoredObject }
  | { readonly kind: 'damaged'; readonly damage: Damage; readonly object: StoredObject }
  | { readonly kind: 'missing' }
> {
  for (let read = 1; ; read++) {
    const object = yield* readPart(core, key, range);
    if (object === undefined) return { kind: 'missing' };
    const decoded = decode(object.body);
    if (decoded.kind === 'ok') return { kind: 'ok', value: decoded.value, object };
    if (read === readsOfDamagedMax) return { kind: 'damaged', damage: decoded.damage, object };
    yield* pause(core, read);
  }
}

/** Sends these bytes under this condition until it is known whose object is there. */
export function* settledPut(
  core: Core,
  key: string,
  body: Uint8Array,
  condition: Exclude<PutCondition, { kind: 'none' }>,
): Task<SettledPut> {
  for (let attempt = 0; ; attempt++) {
    const outcome = yield* putOnce(core, key, body, condition);
    const next = afterPut(outcome);
    if (next.kind === 'done') {
      settleProblem(core);
      return { kind: 'ours', etag: next.etag };
    }
    if (outcome.kind === 'refused' || outcome.kind === 'unknown') {
      reportProblem(core, `PUT ${key}`, outcome.problem, attempt);
    }
    if (next.kind === 'read-back') {
      const settled = yield* readBack(core, key, body, condition, outcome.kind === 'unknown');
      if (settled !== undefined) return settled;
    }
    yield* pause(core, attempt);
  }
}

/** Undefined: nothing is decided yet, the same bytes have to be sent again. */
function* readBack(
  core: Core,
  key: string,
  body: Uint8Array,
  condition: Exclude<PutCondition, { kind: 'none' }>,
  unknown: boolean,
): Task<SettledPut | undefined> {
  const object = yield* readObject(core, key);
  if (object === undefined) return condition.kind === 'match' ? { kind: 'missing' } : undefined;
  if (equalBytes(object.body, body)) return { kind: 'ours', etag: object.etag };
  const unchanged = condition.kind === 'match' && object.etag === condition.etag;
  if (unchanged && unknown) return undefined;
  return { kind: 'other', object };
}

function* putOnce(core: Core, key: string, body: Uint8Array, condition: PutCondition): Task<PutOutcome> {
  const storeKey = storeKeyOf(core.home, key);
  const result = yield* call({ kind: 'object-put', key: storeKey, body, condition });
  if (result.kind === 'local-failed') throw new NodeFailure(result.message);
  return result.outcome;
}

function* getOnce(core: Core, key: string, range: ByteRange | undefined): Task<GetOutcome> {
  const storeKey = storeKeyOf(core.home, key);
  const operation = { kind: 'object-get', key: storeKey } as const;
  const result = yield* call(range === undefined ? operation : { ...operation, range });
  if (result.kind === 'local-failed') throw new NodeFailure(result.message);
  return result.outcome;
}

const storeTopic = 'object store';

/** Reports the first failure of a row and then every tenth: a store that is away must not fill the log. */
export function reportProblem(core: Core, what: string, problem: StoreProblem, attempt: number): void {
  core.problems.set(storeTopic, `${what}: ${problem.code}: ${problem.message}`);
  if (attempt % 10 !== 0) return;
  const level = problem.permanent ? 'error' : 'warn';
  log(core, level, 'object store call failed; trying again', {
    call: what,
    code: problem.code,
    reason: problem.message,
    attempt: attempt + 1,
  });
}

export function settleProblem(core: Core): void {
  core.problems.delete(storeTopic);
}
