import { drawNode, drawWindow, nodeOf, shrinkWindow, textOf, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutClocks } from './kept.ts';

export const clockFreeze: FaultKind = {
  kind: 'clock-freeze',
  port: 'clock',
  does: "A node's wall clock, monotonic clock or both stand still while its process runs.",
  seen: "Virtual clocks that stop when a hypervisor loses its time source: Xen's and early KVM's clocksource bugs.",
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: (fault) => (textOf(fault, 'which') === 'both' ? 'beyond' : 'masked'),
  notWith: ['process-suspend'],
  /**
   * A monotonic clock that stood still shows by the wall clock that went on. A wall clock that stands still after it takes that back: then no
   * clock of the machine tells of the pause.
   */
  notBeside: (one, other) => one.node === other.node && one['which'] !== other['which'],
  keeps: keptWithoutClocks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    window: drawWindow(draw, context, 8_000),
    which: draw.pick(['wall', 'monotonic']),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const { fromMs, toMs } = windowOf(fault);
    const host = stage.nodes[nodeOf(fault)]!;
    const which = textOf(fault, 'which');
    const freeze = (monotonic: boolean, wall: boolean) => {
      host.clock.setFrozen(stage.world.nowMs(), { monotonic, wall });
      host.rearm();
    };
    stage.atMs(fault, fromMs, () => {
      freeze(which !== 'wall', which !== 'monotonic');
      stage.world.fired(fault, which);
    });
    stage.atMs(fault, toMs, () => freeze(false, false));
  },
};
