import type { Fault } from '../../types/scenario.ts';
import { faultText, secondsText } from '../context.ts';
import type { NodeLife } from '../joined.ts';
import type { Item, Lane, LaneSource } from './lane.ts';

/** The lives of each node: its roles as bars, its ends and starts, pauses and warnings on top of them. */
export function nodeLanes({ result, joined }: LaneSource): Lane[] {
  const count = Math.max(result.scenario.topology.nodes.length, ...joined.lives.map(({ node }) => node + 1), 0);
  return Array.from({ length: count }, (_, node) => {
    const lives = joined.lives.filter((life) => life.node === node);
    const items = lives.flatMap((life) => lifeItems(life, joined.endMs));
    for (const fault of result.scenario.faults) {
      if (fault.node === node && result.counts.firedIds.includes(fault.id))
        items.push(...pauseItems(fault, joined.endMs));
    }
    for (const { atMs, level, message, ...log } of joined.logs) {
      if (log.node !== node) continue;
      items.push(
        itemOf(node, 'mark', 'log', atMs, atMs, level, [`Node ${node} logs (${level}): ${message}`, secondsText(atMs)]),
      );
    }
    return { group: 'nodes', label: `node ${node}`, rows: 1, items };
  });
}

function lifeItems({ node, incarnation, start, roles, end }: NodeLife, endMs: number): Item[] {
  const endedMs = end?.atMs ?? endMs;
  const life = `life ${incarnation + 1}, disk ${start.disk}, member ${start.memberId}`;
  const items: Item[] = [];
  const changes = [
    { role: roles.length === 0 && end === undefined ? 'running' : 'starting', epoch: undefined, atMs: start.atMs },
    ...roles,
  ];
  changes.forEach(({ role, epoch, atMs }, index) => {
    const toMs = changes[index + 1]?.atMs ?? endedMs;
    if (toMs <= atMs) return;
    const label = role === 'leader' && epoch !== undefined ? `leader, epoch ${epoch}` : role;
    const tone = role === 'leader' ? 'leader' : role === 'starting' || role === 'running' ? 'starting' : 'follower';
    items.push(itemOf(node, 'bar', tone, atMs, toMs, label, [`Node ${node}: ${label}`, life, spanText(atMs, toMs)]));
  });
  const started = incarnation === 0 ? 'starts' : 'starts again';
  items.push(
    itemOf(node, 'mark', 'start', start.atMs, start.atMs, 'start', [
      `Node ${node} ${started}`,
      life,
      secondsText(start.atMs),
    ]),
  );
  if (end === undefined) return items;
  const [tone, words] = endWords(end);
  items.push(
    itemOf(node, 'mark', tone, end.atMs, end.atMs, tone, [`Node ${node} ${words}`, life, secondsText(end.atMs)]),
  );
  return items;
}

function endWords(end: NonNullable<NodeLife['end']>): [tone: string, words: string] {
  if (end.kind === 'node-crash') return ['crash', end.power ? 'is killed, and the power fails' : 'is killed'];
  return end.failure === undefined ? ['stop', 'stops in order'] : ['crash', `stops by itself: ${end.failure}`];
}

/** A window in which the process does not run. */
function pauseItems(fault: Fault, endMs: number): Item[] {
  if (fault.window === undefined || !/^process-|pause|suspend/.test(fault.kind)) return [];
  const toMs = Math.min(fault.window.toMs, endMs);
  const lines = [`Node ${fault.node} stands still: ${faultText(fault)}`];
  return [itemOf(fault.node!, 'bar', 'pause', fault.window.fromMs, toMs, fault.kind, lines)];
}

function itemOf(
  node: number,
  shape: 'bar' | 'mark',
  tone: string,
  fromMs: number,
  toMs: number,
  label: string,
  lines: readonly string[],
): Item {
  return { row: 0, shape, tone, fromMs, toMs, label, lines, node, keys: [], named: false };
}

function spanText(fromMs: number, toMs: number): string {
  return `${secondsText(fromMs)} to ${secondsText(toMs)}`;
}
