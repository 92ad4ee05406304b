import type { PlainTxnOperation } from '../types/plain.ts';
import type { Draw } from '../world/random.ts';
import { everythingUnder } from './keys.ts';
import { operationsOf, type Workload } from './workload.ts';

/** Many keys in one transaction: few calls make a state that no single page holds, with several versions of each key. */
const prefix = 'bulk/';
const keys = 120;
const keysAtOnceMax = 40;

export const bulk: Workload = {
  name: 'bulk',
  does: 'writes runs of keys in one transaction, over and over, deletes ranges of them, lists them all',
  generate: (draw, context) =>
    operationsOf('bulk', draw, context, Math.max(6, Math.ceil(context.operations / 8)), (own, id) => {
      const kind = own.below(12);
      if (kind < 10)
        return { kind: 'request', request: { kind: 'txn', compare: [], success: putsOf(own, id), failure: [] } };
      if (kind < 11) return { kind: 'request', request: { kind: 'delete-range', ...runOf(own), previousKv: false } };
      return { kind: 'request', request: { kind: 'range', ...everythingUnder(prefix), limit: own.between(1, keys) } };
    }),
};

function putsOf(draw: Draw, id: string): readonly PlainTxnOperation[] {
  const first = draw.below(keys);
  const count = draw.between(1, keysAtOnceMax);
  return Array.from({ length: count }, (_, index) => ({
    kind: 'put',
    key: keyOf((first + index) % keys),
    value: `${id}.${index}`,
  }));
}

function runOf(draw: Draw): { readonly key: string; readonly rangeEnd: string } {
  const first = draw.below(keys);
  return { key: keyOf(first), rangeEnd: keyOf(first + draw.between(1, 10)) };
}

function keyOf(number: number): string {
  return prefix + String(number).padStart(3, '0');
}
