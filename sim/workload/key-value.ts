import type { PlainCompare, PlainRangeRequest, PlainRequest, PlainTxnOperation } from '../types/plain.ts';
import type { Draw } from '../world/random.ts';
import { drawKey, drawRange } from './keys.ts';
import { operationsOf, type Workload } from './workload.ts';

/** Every request of etcd's key-value service, in every form, on a handful of keys. */
const prefix = 'kv/';

export const keyValue: Workload = {
  name: 'key-value',
  does: 'puts, deletes, reads and nested transactions with every option, and historical reads, on few keys',
  generate: (draw, context) =>
    operationsOf('key-value', draw, context, context.operations, (own, id) =>
      own.chance(0.1)
        ? { kind: 'read-back', back: own.between(0, 60), ...drawRange(own, prefix) }
        : { kind: 'request', request: requestOf(own, id) },
    ),
};

function requestOf(draw: Draw, id: string): PlainRequest {
  const kind = draw.below(20);
  if (kind < 8) return putOf(draw, id, prefix);
  if (kind < 12) return rangeOf(draw);
  if (kind < 14) return { kind: 'delete-range', ...drawRange(draw, prefix), previousKv: draw.chance(0.5) };
  return txnOf(draw, id, 2);
}

function putOf(draw: Draw, id: string, under: string): Extract<PlainRequest, { readonly kind: 'put' }> {
  const key = drawKey(draw, under);
  const previousKv = draw.chance(0.3);
  if (draw.chance(0.05)) return { kind: 'put', key, ignoreValue: true, previousKv };
  const padding = draw.chance(0.05) ? '.'.repeat(draw.between(100, 5_000)) : '';
  return { kind: 'put', key, value: `${id}${padding}`, previousKv };
}

function rangeOf(draw: Draw): PlainRangeRequest {
  const request: PlainRangeRequest = { kind: 'range', ...drawRange(draw, prefix) };
  if (draw.chance(0.6)) return request;
  return {
    ...request,
    limit: draw.below(4),
    sortOrder: draw.pick(['none', 'ascend', 'descend']),
    sortTarget: draw.pick(['key', 'version', 'create', 'mod', 'value']),
    keysOnly: draw.chance(0.2),
    countOnly: draw.chance(0.2),
    serializable: draw.chance(0.3),
    ...(draw.chance(0.2) ? { minModRevision: draw.between(1, 60) } : {}),
    ...(draw.chance(0.2) ? { maxCreateRevision: draw.between(1, 60) } : {}),
  };
}

function txnOf(draw: Draw, id: string, depth: number): Extract<PlainRequest, { readonly kind: 'txn' }> {
  const compare = Array.from({ length: draw.below(3) }, () => compareOf(draw));
  return {
    kind: 'txn',
    compare,
    success: branchOf(draw, `${id}+`, depth),
    failure: branchOf(draw, `${id}-`, depth),
  };
}

/** A key may be put only once in a transaction: each put of a branch has a part of the keys to itself. */
function branchOf(draw: Draw, id: string, depth: number): readonly PlainTxnOperation[] {
  return Array.from({ length: draw.below(4) }, (_, index): PlainTxnOperation => {
    const own = `${id}${index}`;
    const kind = draw.below(depth > 0 ? 8 : 7);
    if (kind < 3) return putOf(draw, own, draw.chance(0.8) ? `${prefix}${index}/` : prefix);
    if (kind < 5) return rangeOf(draw);
    if (kind < 7) return { kind: 'delete-range', key: drawKey(draw, prefix), previousKv: draw.chance(0.5) };
    return txnOf(draw, own, depth - 1);
  });
}

function compareOf(draw: Draw): PlainCompare {
  const result = draw.pick(['equal', 'greater', 'less', 'not-equal'] as const);
  const number = draw.below(20);
  const target = draw.pick([
    { kind: 'version', version: draw.below(4) },
    { kind: 'create', createRevision: number },
    { kind: 'mod', modRevision: number },
    { kind: 'value', value: `key-value-${number}` },
    { kind: 'lease', lease: '0' },
  ] as const);
  return draw.chance(0.2)
    ? { ...drawRange(draw, prefix), result, target }
    : { key: drawKey(draw, prefix), result, target };
}
