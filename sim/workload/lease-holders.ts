import type { Action } from '../types/scenario.ts';
import { operationsOf, type Workload } from './workload.ts';

/** Leases that are kept alive, revoked, forgotten, or never had a key. */
export const leaseHolders: Workload = {
  name: 'lease-holders',
  does: 'grants leases, attaches keys, keeps them alive or lets them run out; lists and looks at leases',
  generate(draw, context) {
    const count = Math.max(3, Math.ceil(context.operations / 12));
    return operationsOf('lease-holder', draw, context, count, (own, id, index): Action => {
      if (own.chance(0.15)) return { kind: 'request', request: { kind: 'lease-leases' } };
      return {
        kind: 'hold-lease',
        lease: String(context.firstLease + index),
        ttlSeconds: own.between(2, 8),
        keys: Array.from({ length: own.below(4) }, (_, key) => `held/${id}/${key}`),
        keepAliveEveryMs: own.chance(0.6) ? own.between(500, 3_000) : 0,
        forMs: own.between(100, 15_000),
        revoke: own.chance(0.4),
      };
    });
  },
};
