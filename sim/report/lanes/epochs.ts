import { secondsText } from '../context.ts';
import type { Lane, LaneSource } from './lane.ts';
import { inRows } from './rows.ts';

/** Who led when, as each node itself believed it: two that overlap are two leaders at one time. */
export function epochLanes({ joined }: LaneSource): Lane[] {
  const reigns = joined.lives.flatMap(({ node, roles, end }) =>
    roles.flatMap((role, index) => {
      if (role.role !== 'leader') return [];
      const toMs = roles[index + 1]?.atMs ?? end?.atMs ?? joined.endMs;
      const sentence = `Node ${node} leads in epoch ${role.epoch}, as it believes`;
      return {
        shape: 'bar' as const,
        tone: 'reign',
        fromMs: role.atMs,
        toMs,
        label: `epoch ${role.epoch} · node ${node}`,
        lines: [sentence, `${secondsText(role.atMs)} to ${secondsText(toMs)}`],
        node,
        keys: [],
        named: false,
      };
    }),
  );
  if (reigns.length === 0) return [];
  return [{ group: 'epochs', label: 'leader', ...inRows(reigns) }];
}
