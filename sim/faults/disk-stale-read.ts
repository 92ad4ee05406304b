import { shrinkNumber } from './address.ts';
import { keptWithoutDisks } from './kept.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskStaleRead: FaultKind = {
  kind: 'disk-stale-read',
  port: 'disk',
  does: 'One read of a file brings it as it was before its newest append.',
  seen: 'Lost writes and stale caches: Bairavasundaram et al., FAST 2008.',
  address: 'the nth call of a target on any disk',
  shrinks: 'to an earlier call',
  diskForgets: true,
  promise: (_fault, { topology }) => (topology.settings.durability === 'local' ? 'beyond' : 'masked'),
  keeps: keptWithoutDisks,
  // Files are read by who starts again.
  along: ['crash', 'crash-after-effect'],
  // Whoever reads: the file is on the disk of who led, and that is told only by the run.
  generate: (draw) => ({ target: 'disk-read *', nth: draw.pick([1, 1, 1, 2, 3]) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.staleRead = true;
    });
  },
};
