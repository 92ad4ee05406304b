import type { Operation } from '../types/scenario.ts';
import { everythingUnder } from './keys.ts';
import { operationsOf, type Workload } from './workload.ts';

/** What an API server does to etcd: guaranteed updates of objects, lists in pages, informers that list and watch. */
const prefix = '/registry/';
const resources = ['pods/default/', 'leases/kube-node-lease/', 'configmaps/kube-system/'];

export const kubernetes: Workload = {
  name: 'kubernetes',
  does: 'guaranteed updates and guarded deletes under /registry/, paged lists, informers that list and watch',
  generate(draw, context) {
    const writes = operationsOf('kubernetes', draw, context, Math.ceil(context.operations / 3), (own, id) => {
      const key = `${prefix}${own.pick(resources)}${own.below(5)}`;
      const kind = own.below(10);
      if (kind < 7) return { kind: 'guaranteed-update', key, value: id, attemptsMax: 4 };
      if (kind < 8) return { kind: 'guarded-delete', key };
      return { kind: 'request', request: { kind: 'range', ...everythingUnder(prefix), limit: own.between(1, 5) } };
    });
    const informers = Array.from({ length: 2 }, (_, index): Operation => {
      const id = `informer-${index + 1}`;
      const own = draw(id);
      const range = everythingUnder(own.chance(0.5) ? prefix : prefix + own.pick(resources));
      const atMs = own.below(Math.max(1, Math.floor(context.activeMs / 2)));
      const action = { kind: 'list-watch', ...range, pageLimit: own.between(2, 6), forMs: 1e9, consumeMs: 0 } as const;
      return { id, client: id, node: own.below(context.nodes), atMs, action };
    });
    return [...writes, ...informers];
  },
};
