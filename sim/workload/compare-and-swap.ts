import { operationsOf, type Workload } from './workload.ts';

/** Chains of transactions on one mod revision: each link rests on the one before it, whoever wrote it. */
const keys = 3;

export const compareAndSwap: Workload = {
  name: 'compare-and-swap',
  does: 'read, compare the mod revision, write or delete; many clients on three keys',
  generate: (draw, context) =>
    operationsOf('compare-and-swap', draw, context, Math.ceil(context.operations / 3), (own, id) => {
      const key = `cas/${own.below(keys)}`;
      if (own.chance(0.1)) return { kind: 'guarded-delete', key };
      return { kind: 'guaranteed-update', key, value: id, attemptsMax: own.between(1, 5) };
    }),
};
