import { operationsOf, type Workload } from './workload.ts';

/** Locks by etcd's recipe, several users each. */
const locks = 2;

export const lockUsers: Workload = {
  name: 'lock-users',
  does: 'takes locks under leases, does something guarded by the fencing token, gives them back or dies with them',
  generate(draw, context) {
    const count = Math.max(3, Math.ceil(context.operations / 15));
    return operationsOf('lock-user', draw, context, count, (own, _id, index) => ({
      kind: 'lock',
      name: `lock/${own.below(locks)}`,
      lease: String(context.firstLease + index),
      ttlSeconds: own.between(2, 6),
      holdMs: own.between(10, 6_000),
      waitMs: own.between(1_000, 10_000),
    }));
  },
};
