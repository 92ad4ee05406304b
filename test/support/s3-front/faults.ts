/**
 * Faults that the front can commit, as plain data: the same rule is given in-process or as JSON to the control port.
 *
 * A request meets the first rule, in the order they were added, that fits its operation and key, has turns left and
 * wins its draw. Draws come from a seeded stream. One rule, one action; a request meets at most one rule.
 */
export type S3Operation = 'PUT' | 'GET' | 'HEAD' | 'DELETE' | 'LIST' | 'DELETE_MANY';

export interface FaultRule {
  /** Every operation when left out. */
  readonly operations?: readonly S3Operation[];
  /** Source of a regular expression on the key (for LIST: the prefix; for DELETE_MANY: any of the keys). */
  readonly keyPattern?: string;
  /** From 0 to 1; 1 when left out. */
  readonly probability?: number;
  /** How many requests the rule strikes before it is used up; no end when left out. */
  readonly times?: number;
  readonly action: FaultAction;
}

export type FaultAction =
  /** Answers with an S3 error. `applied`: after the request took effect, as InternalError may. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly applied?: boolean;
    }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Resets the connection before anything took effect. */
  | { readonly kind: 'cut-before' }
  /** The request takes effect, then the connection is reset: the answer is lost. */
  | { readonly kind: 'cut-after' }
  /**
   * The client hears of a failure first, and the request takes effect later: after `ms`, or at `release()` when left
   * out. `tell`: the connection is reset, a 500 is answered, or nothing is said at all.
   */
  | { readonly kind: 'late'; readonly tell: 'cut' | 'error' | 'nothing'; readonly ms?: number }
  /** Parks the request until `release()`, before or after it takes effect; then goes on and answers. */
  | { readonly kind: 'hold'; readonly when: 'before' | 'after' }
  /** GET: only `bytes` of the body. `announced`: under the full Content-Length, else as if the object were that short. */
  | { readonly kind: 'truncate-body'; readonly bytes: number; readonly announced: 'full' | 'short' }
  /** GET: one bit of the body is flipped, at `offset` or in the middle. */
  | { readonly kind: 'corrupt-body'; readonly offset?: number }
  | { readonly kind: 'wrong-etag' };

export const internalError: FaultAction = { kind: 'error', status: 500, code: 'InternalError' };
export const internalErrorButApplied: FaultAction = { ...internalError, applied: true };
export const slowDown: FaultAction = { kind: 'error', status: 503, code: 'SlowDown' };
export const serviceUnavailable: FaultAction = { kind: 'error', status: 503, code: 'ServiceUnavailable' };
export const tooManyRequests: FaultAction = { kind: 'error', status: 429, code: 'TooManyRequests' };
export const accessDenied: FaultAction = { kind: 'error', status: 403, code: 'AccessDenied' };
export const conflict: FaultAction = { kind: 'error', status: 409, code: 'ConditionalRequestConflict' };
/** A rule for a bucket that can be read but no longer written. */
export const readOnly: FaultRule = { operations: ['PUT', 'DELETE', 'DELETE_MANY'], action: accessDenied };

export interface StruckFault {
  readonly ruleId: number;
  readonly action: FaultAction;
}

export interface FaultBook {
  add(rule: FaultRule): number;
  remove(ruleId: number): void;
  clear(): void;
  rules(): readonly (FaultRule & { readonly id: number; readonly struck: number })[];
  strike(operation: S3Operation, keys: readonly string[]): StruckFault | undefined;
}

interface Entry {
  readonly id: number;
  readonly rule: FaultRule;
  readonly pattern: RegExp | undefined;
  struck: number;
}

export function createFaultBook(seed: number): FaultBook {
  const entries = new Map<number, Entry>();
  const draw = createDraw(seed);
  let ids = 0;
  const fits = (entry: Entry, operation: S3Operation, keys: readonly string[]) => {
    const { rule, pattern } = entry;
    if (rule.operations !== undefined && !rule.operations.includes(operation)) return false;
    if (rule.times !== undefined && entry.struck >= rule.times) return false;
    if (pattern !== undefined && !keys.some((key) => pattern.test(key))) return false;
    return rule.probability === undefined || draw() < rule.probability;
  };
  return {
    add(rule) {
      ids += 1;
      const pattern = rule.keyPattern === undefined ? undefined : new RegExp(rule.keyPattern);
      entries.set(ids, { id: ids, rule, pattern, struck: 0 });
      return ids;
    },
    remove: (ruleId) => void entries.delete(ruleId),
    clear: () => entries.clear(),
    rules: () => [...entries.values()].map(({ id, rule, struck }) => ({ ...rule, id, struck })),
    strike(operation, keys) {
      const entry = [...entries.values()].find((candidate) => fits(candidate, operation, keys));
      if (entry === undefined) return undefined;
      entry.struck += 1;
      return { ruleId: entry.id, action: entry.rule.action };
    },
  };
}

/** mulberry32: small, and the same everywhere. */
function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
