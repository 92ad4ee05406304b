import type { Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import { leader, othersOf, type IncidentContext } from './incident.ts';
import { readers, writers } from './traffic.ts';

export interface TakeoverWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something to be found stale, then writes wherever somebody else may begin to lead, and reads where the leader was. */
export function takeoverTraffic(
  draw: (purpose: string) => Draw,
  context: IncidentContext,
  { fromMs, toMs }: TakeoverWindow,
): readonly Operation[] {
  const everyMs = Math.max(12, (toMs - fromMs) / 90);
  const others = othersOf(context);
  const first = { name: 'first', node: leader, fromMs: context.fromMs - 300, toMs: context.fromMs, everyMs: 60 };
  return [
    ...writers(draw, first),
    ...readers(draw, { name: 'reader', node: leader, fromMs, toMs, everyMs }),
    ...others.flatMap((node) => writers(draw, { name: 'writer', node, fromMs, toMs, everyMs: everyMs * 1.5 })),
  ];
}
