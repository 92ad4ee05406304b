import type { Action, Operation } from '../types/scenario.ts';
import type { Workload } from './workload.ts';

/** Operators who raise an alarm and take it back. While one is on nothing can be put: so they insist on taking it back. */
export const alarms: Workload = {
  name: 'alarms',
  does: 'raises the alarm that there is no space, and takes it back soon, as often as it takes; lists alarms',
  generate(draw, context) {
    const { under = '', activeMs, nodes } = context;
    return Array.from({ length: draw('count').between(1, 3) }, (_, index): Operation => {
      const id = `${under}alarms-${index + 1}`;
      const own = draw(id);
      const action: Action = {
        kind: 'alarm-cycle',
        memberId: String(own.between(1, 3)),
        forMs: own.between(50, 1_500),
        untilMs: 120_000,
      };
      return { id, client: id, node: own.below(nodes), atMs: own.below(activeMs), action };
    });
  },
};
