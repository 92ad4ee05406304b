import type { RunResult } from '../../types/result.ts';
import { timelineOf } from '../timeline.ts';
import type { Item, LaneGroup } from '../lanes/lane.ts';

/**
 * The timeline for Perfetto and chrome://tracing: a process for each group of lanes, a thread for each row, so that no two bars of a thread
 * overlap; revisions are a counter. Times are microseconds of the world's clock. The schema: docs/simulation-exports.md.
 */
export function toPerfettoJson(result: RunResult): string {
  const events: Record<string, unknown>[] = [];
  const processes = new Map<LaneGroup, number>();
  let thread = 0;
  for (const lane of timelineOf(result).lanes) {
    let pid = processes.get(lane.group);
    if (pid === undefined) {
      pid = processes.size + 1;
      processes.set(lane.group, pid);
      events.push({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: lane.group } });
      events.push({ ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } });
    }
    const firstThread = thread + 1;
    const rows = lane.group === 'revisions' ? 1 : lane.rows;
    thread += rows;
    for (let row = 0; row < rows; row++) {
      const name = row === 0 ? lane.label : `${lane.label} (${row + 1})`;
      events.push({ ph: 'M', name: 'thread_name', pid, tid: firstThread + row, args: { name } });
    }
    for (const item of lane.items) events.push(eventOf(item, lane.group, pid, firstThread + item.row));
  }
  const { scenario, trace, verdict } = result;
  const otherData = { scenario: scenario.name, seed: scenario.seed, trace: trace.hash, verdict: verdict.kind };
  return `${JSON.stringify({ displayTimeUnit: 'ms', otherData, traceEvents: events })}\n`;
}

function eventOf(item: Item, group: LaneGroup, pid: number, tid: number): Record<string, unknown> {
  const ts = microseconds(item.fromMs);
  if (item.shape === 'point') return { ph: 'C', name: 'revision', pid, tid, ts, args: { revision: item.revision } };
  const [name, ...details] = item.lines;
  const args = { details, node: item.node, keys: item.keys, named: item.named };
  const common = {
    name: item.label === '' ? name : item.label,
    cat: `${group},${item.tone}`,
    pid,
    tid,
    ts,
    args: { what: name, ...args },
  };
  if (item.shape === 'mark') return { ph: 'i', s: 't', ...common };
  return { ph: 'X', ...common, dur: microseconds(item.toMs) - ts };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1_000);
}
