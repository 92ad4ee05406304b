import { compareBytes } from '../types/bytes.ts';
import type { Compare, CompareTarget } from '../types/request.ts';
import type { Version } from '../types/version.ts';
import type { State } from '../state/state.ts';
import { valueAtHand, type ReadView } from './view.ts';

/**
 * etcd's compares: every key of the range has to satisfy them; a key that is not there, and a range that is empty, compare as 0, but
 * never satisfy a compare of the value, not even "not equal". What etcd does not know compares as equal (target) or holds (result).
 */
export type CompareOutcome =
  | { readonly kind: 'holds'; readonly holds: boolean }
  | { readonly kind: 'values-needed'; readonly versions: readonly Version[] };

export function evaluateCompares(state: State, compares: readonly Compare[], view: ReadView): CompareOutcome {
  const missing: Version[] = [];
  for (const compare of compares) {
    if (!mayHold(state, compare, view, missing)) return { kind: 'holds', holds: false };
  }
  return missing.length > 0 ? { kind: 'values-needed', versions: missing } : { kind: 'holds', holds: true };
}

/** False when the compare fails whatever the values are that it adds to `missing`. */
function mayHold(state: State, compare: Compare, view: ReadView, missing: Version[]): boolean {
  let isEmpty = true;
  let holds = true;
  state.index.visit(compare, view.revision, (version) => {
    isEmpty = false;
    const order = orderOf(version, compare, view);
    if (order === undefined) missing.push(version);
    else holds = satisfies(order, compare.result);
    return holds;
  });
  if (!isEmpty) return holds;
  return compare.target.kind !== 'value' && satisfies(orderOfNone(compare.target), compare.result);
}

/** Negative, zero or positive, as the key's side is below, equal or above; undefined: the value has to be read. */
function orderOf(version: Version, compare: Compare, view: ReadView): number | undefined {
  const target = compare.target;
  switch (target.kind) {
    case 'version':
      return version.version - target.version;
    case 'create':
      return version.createRevision - target.createRevision;
    case 'mod':
      return version.modRevision - target.modRevision;
    case 'lease':
      return orderOfIntegers(version.lease, target.lease);
    case 'value':
      return orderOfValue(version, target.value, compare, view);
    case 'unknown':
      return 0;
  }
}

function orderOfValue(version: Version, wanted: Uint8Array, compare: Compare, view: ReadView): number | undefined {
  const value = valueAtHand(version, view.values);
  if (value !== undefined) return compareBytes(value, wanted);
  // Values of different lengths differ: which way matters only to "greater" and "less".
  const isEquality = compare.result === 'equal' || compare.result === 'not-equal';
  return isEquality && version.valueBytes !== wanted.length ? 1 : undefined;
}

function orderOfNone(target: CompareTarget): number {
  switch (target.kind) {
    case 'version':
      return -target.version;
    case 'create':
      return -target.createRevision;
    case 'mod':
      return -target.modRevision;
    case 'lease':
      return orderOfIntegers(0n, target.lease);
    case 'value':
    case 'unknown':
      return 0;
  }
}

function orderOfIntegers(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function satisfies(order: number, result: Compare['result']): boolean {
  switch (result) {
    case 'equal':
      return order === 0;
    case 'not-equal':
      return order !== 0;
    case 'greater':
      return order > 0;
    case 'less':
      return order < 0;
    case 'unknown':
      return true;
  }
}
