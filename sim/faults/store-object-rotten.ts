import { drawWindow, isIn, numberOf, shrinkNumber, shrinkWindow, textOf, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { corruptBody } from './store-rule.ts';

/**
 * What is stored is bad, not one answer: whoever reads it, and however often, gets the same wrong bit, until the store has mended it from another
 * copy. So nothing that reads again, or asks from another node, gets around it.
 */
export const storeObjectRotten: FaultKind = {
  kind: 'store-object-rotten',
  port: 'object-store',
  does: 'For a while every GET of one object, by whomever, brings it with the same bit flipped.',
  seen: 'Silent corruption on disks below a store without end-to-end checksums: 400,000 checksum mismatches on 1.5 million drives in 41 months (Bairavasundaram and others, FAST 2008); read until a scrub finds it and another replica mends it.',
  address: 'the nth different object below a prefix that is read in a window',
  shrinks: 'to half of its window, an earlier object',
  promise: () => 'masked',
  // Without checkpoints and somebody who collects hardly anything of one is read.
  likely: ({ settings }) =>
    (settings.collectIntervalMs > 0 || settings.corruptCheckMs > 0) &&
    (settings.checkpointIntervalMs > 0 || settings.checkpointSegments <= 10)
      ? 0.3
      : undefined,
  generate(draw, context) {
    const prefix = draw.pick(['pages/', 'pages/', 'chunks/', 'checkpoints/']);
    const fault = { nth: draw.pick([1, 1, 1, 2, 4]), window: drawWindow(draw, context, 20_000), bit: draw.unit() };
    return { prefix: draw.chance(0.2) ? 'log/' : prefix, ...fault };
  },
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, { world }) {
    const target = `get ${textOf(fault, 'prefix')}`;
    const seen = new Set<string>();
    const nth = numberOf(fault, 'nth');
    let rotten: string | undefined;
    world.hooks.store.push((call, plan) => {
      if (!call.target.startsWith(target) || !isIn(windowOf(fault), world.windowMs())) return;
      seen.add(call.target);
      if (seen.size === nth) rotten ??= call.target;
      if (call.target !== rotten) return;
      plan.changeResult = (result) => corruptBody(result, numberOf(fault, 'bit'));
      world.fired(fault, call.target, call.node);
    });
  },
};
