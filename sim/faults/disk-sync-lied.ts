import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskSyncLied: FaultKind = {
  kind: 'disk-sync-lied',
  port: 'disk',
  does: 'Syncs for a while say that they succeeded, and do nothing.',
  seen: 'Drives and hypervisors that acknowledge a flush from a volatile cache; diskchecker.pl was written for them.',
  address: "a node's disk, in a window",
  shrinks: 'to half of its window',
  diskForgets: true,
  promise: () => 'masked',
  // Together they lose what was acknowledged from this disk alone.
  notWith: ['power-loss'],
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: 'disk-append *',
    window: drawWindow(draw, context, 20_000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.syncLied = true;
    });
  },
};
