import type { Action, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import { drawRange } from './keys.ts';
import type { Workload } from './workload.ts';

/** Watchers of every sort, over whatever the other traffic writes. */
const prefixes = ['kv/', 'cas/', '/registry/', 'held/', 'lock/'];

export const watchers: Workload = {
  name: 'watchers',
  does: 'watches from now and from the past, slow ones, resuming ones, with filters, previous values and progress',
  generate(draw, context) {
    const count = Math.max(3, Math.min(12, Math.ceil(context.operations / 20)));
    return Array.from({ length: count }, (_, index): Operation => {
      const id = `watcher-${index + 1}`;
      const own = draw(id);
      const atMs = own.below(context.activeMs);
      return { id, client: id, node: own.below(context.nodes), atMs, action: watchOf(own, context.activeMs) };
    });
  },
};

function watchOf(draw: Draw, activeMs: number): Action {
  const everything = { key: '\0', rangeEnd: '\0' };
  return {
    kind: 'watch',
    watch: {
      ...(draw.chance(0.4) ? everything : drawRange(draw, draw.pick(prefixes))),
      startRevision: draw.chance(0.5) ? 0 : draw.between(1, 50),
      previousKv: draw.chance(0.5),
      noPut: draw.chance(0.1),
      noDelete: draw.chance(0.1),
      progressNotify: draw.chance(0.3),
    },
    forMs: draw.chance(0.5) ? 1e9 : draw.between(1, activeMs),
    consumeMs: draw.chance(0.3) ? draw.between(1, 2_000) : 0,
    resume: draw.chance(0.7),
    progressEveryMs: draw.chance(0.3) ? draw.between(100, 5_000) : 0,
  };
}
