import type { Fault, Operation, RestoreAction } from '../types/scenario.ts';
import { leader, type Incident } from './incident.ts';
import { takeoverTraffic } from './takeover.ts';

export const rollbackBesideADeafLeader: Incident = {
  name: 'rollback-beside-a-deaf-leader',
  does: 'the database is rolled back in place while its leader cannot reach the store, and still answers who asks it; or the rollback fails half way, or stands still until a node has taken over from it',
  generate(draw, context) {
    const { leaseMs, fromMs, nodes } = context;
    const own = draw('course');
    const course = own.pick(['deaf', 'fails', 'fails', 'overtaken']);
    const operator = own.between(1, nodes - 1);
    const deafMs = Math.ceil(fromMs + own.below(leaseMs / 2));
    const restoreMs = deafMs + own.below(leaseMs / 5);
    const toMs = Math.ceil(deafMs + 2.5 * leaseMs);
    const faults: Fault[] = [];
    if (course !== 'overtaken') {
      const window = { fromMs: deafMs, toMs };
      faults.push({ id: 'deaf', kind: 'store-unavailable', node: leader, target: '*', window });
    }
    if (course === 'fails') {
      // Most of what it reads before it takes the lead is the log.
      const damagedMs = restoreMs + own.between(20, 250);
      const window = { fromMs: damagedMs, toMs: damagedMs + own.between(100, 300) };
      const target = 'get manifest';
      faults.push({ id: 'damaged', kind: 'store-body-corrupt', node: operator, target, window, bit: own.unit() });
    }
    const pauses = course === 'overtaken';
    const cut: RestoreAction['cut'] = { kind: 'revision', back: own.pick([0, 1, 2, 4]) };
    const restore: Operation = {
      id: 'restore',
      client: 'operator',
      node: operator,
      atMs: restoreMs,
      action: {
        kind: 'restore',
        cut,
        clockOffsetMs: 0,
        pauseAfterCalls: 0,
        ...(pauses ? { pauseAfterMs: own.between(200, Math.ceil(1.6 * leaseMs)) } : {}),
        pauseMs: pauses ? Math.ceil(leaseMs * (2 + own.unit())) : 0,
        killAfterCalls: 0,
      },
    };
    const traffic = { fromMs: deafMs, toMs: pauses ? Math.ceil(deafMs + 6 * leaseMs) : toMs };
    return {
      faults,
      operations: [restore, ...takeoverTraffic(draw, context, traffic)],
      toMs: pauses ? Math.ceil(deafMs + 7 * leaseMs) : toMs,
    };
  },
};
