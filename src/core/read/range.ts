import { clientErrors, type ClientError } from '../types/error.ts';
import type { RangeRequest } from '../types/request.ts';
import type { RangeResponse } from '../types/response.ts';
import type { Version } from '../types/version.ts';
import type { State } from '../state/state.ts';
import { isDefaultOrder, sortVersions } from './sort.ts';
import { valueAtHand, type ReadView } from './view.ts';

/**
 * etcd's Range.
 *
 * - `count` is of all keys in the range, whatever limit and filters leave; `more` says that the limit cut something.
 * - Filters come before the sort, the sort before the limit. One exception is etcd's own: a target without an order ("none") sorts only
 *   what the limit, plus one, let through in key order, unless a filter is given.
 */
export type RangeOutcome =
  | { readonly kind: 'response'; readonly response: RangeResponse }
  | { readonly kind: 'error'; readonly error: ClientError }
  | { readonly kind: 'values-needed'; readonly versions: readonly Version[] };

export function evaluateRange(state: State, request: RangeRequest, view: ReadView): RangeOutcome {
  if (request.revision > view.revision) return { kind: 'error', error: clientErrors.futureRevision };
  const revision = request.revision <= 0 ? view.revision : request.revision;
  if (revision < view.compactRevision) return { kind: 'error', error: clientErrors.compacted };

  if (request.countOnly) return respond(request, [], state.index.count(request, revision), false);
  const limit = request.limit > 0 ? request.limit : Infinity;
  const { kvs, count } = collect(state, request, revision, limit);
  if (!isDefaultOrder(request)) {
    const missing = request.sortTarget === 'value' && kvs.length > 1 ? withoutValue(kvs, view) : [];
    if (missing.length > 0) return { kind: 'values-needed', versions: missing };
    sortVersions(kvs, request, view.values);
  }
  const more = kvs.length > limit;
  if (more) kvs.length = limit;
  return respond(request, kvs, count, more);
}

/** Every version whose value the request may need, whatever is deleted or put before it is evaluated. */
export function valuesNeededByRange(state: State, request: RangeRequest, view: ReadView): readonly Version[] {
  if (request.countOnly || request.sortTarget !== 'value') return [];
  const revision = request.revision <= 0 ? view.revision : request.revision;
  return withoutValue(collect(state, request, revision, Infinity).kvs, view);
}

function collect(
  state: State,
  request: RangeRequest,
  revision: number,
  limit: number,
): { readonly kvs: Version[]; readonly count: number } {
  const filtered = hasFilters(request);
  // One more than the limit, to know whether it cuts.
  const kvsMax = filtered || !isLimitedFirst(request) ? Infinity : limit + 1;
  const kvs: Version[] = [];
  let seen = 0;
  state.index.visit(request, revision, (version) => {
    seen += 1;
    if (!filtered || passesFilters(version, request)) kvs.push(version);
    return kvs.length < kvsMax;
  });
  // Cut short: what follows need not be visited to be counted.
  return { kvs, count: kvs.length < kvsMax ? seen : state.index.count(request, revision) };
}

function isLimitedFirst(request: RangeRequest): boolean {
  return request.sortOrder === 'none' || isDefaultOrder(request);
}

function hasFilters(request: RangeRequest): boolean {
  return (
    request.minModRevision !== 0 ||
    request.maxModRevision !== 0 ||
    request.minCreateRevision !== 0 ||
    request.maxCreateRevision !== 0
  );
}

function passesFilters(version: Version, request: RangeRequest): boolean {
  if (request.maxModRevision !== 0 && version.modRevision > request.maxModRevision) return false;
  if (request.minModRevision !== 0 && version.modRevision < request.minModRevision) return false;
  if (request.maxCreateRevision !== 0 && version.createRevision > request.maxCreateRevision) return false;
  return request.minCreateRevision === 0 || version.createRevision >= request.minCreateRevision;
}

function withoutValue(versions: readonly Version[], view: ReadView): readonly Version[] {
  return versions.filter((version) => valueAtHand(version, view.values) === undefined);
}

function respond(request: RangeRequest, kvs: readonly Version[], count: number, more: boolean): RangeOutcome {
  return { kind: 'response', response: { kind: 'range', kvs, more, count, keysOnly: request.keysOnly } };
}
