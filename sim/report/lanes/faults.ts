import { faultText, secondsText } from '../context.ts';
import type { Item, Lane, LaneSource } from './lane.ts';
import { byName, groupBy, inRows } from './rows.ts';

/** A lane for each kind of fault: windows as bars, each time that one took effect as a mark. What never fired is told apart. */
export function faultLanes({ result, joined, suspects }: LaneSource): Lane[] {
  const firings = groupBy(joined.faults, ({ fault }) => fault);
  const spans = result.scenario.faults.map((fault) => {
    const fired = firings.get(fault.id) ?? [];
    const first = fired[0]?.atMs ?? joined.endMs;
    const last = fired.at(-1)?.atMs ?? first;
    const fromMs = fault.window?.fromMs ?? first;
    return { fault, fired, fromMs, toMs: Math.min(joined.endMs, Math.max(fault.window?.toMs ?? last, fromMs)) };
  });
  const known = new Set(result.scenario.faults.map(({ id }) => id));
  for (const [id, fired] of firings) {
    if (known.has(id)) continue;
    const { faultKind, atMs } = fired[0]!;
    spans.push({ fault: { id, kind: faultKind }, fired, fromMs: atMs, toMs: fired.at(-1)!.atMs });
  }
  const reached = spans.filter(({ fromMs, fired }) => fired.length > 0 || fromMs < joined.endMs);
  const kinds = [...groupBy(reached, ({ fault }) => fault.kind)].sort(([left], [right]) => byName(left, right));
  return kinds.map(([kind, ofKind]) => {
    const { rows, items } = inRows(ofKind);
    return {
      group: 'faults',
      label: kind,
      rows,
      items: items.flatMap((span) => spanItems(span, suspects.fault(span.fault.id))),
    };
  });
}

type Span = Parameters<typeof faultText>[0] extends infer Fault
  ? {
      readonly fault: Fault;
      readonly fired: LaneSource['joined']['faults'];
      readonly fromMs: number;
      readonly toMs: number;
    }
  : never;

function spanItems({ fault, fired, fromMs, toMs, row }: Span & { readonly row: number }, named: boolean): Item[] {
  const common = {
    row,
    label: fault.id,
    node: fault.node,
    keys: fault.target === undefined ? [] : [fault.target],
    named,
  };
  const address = faultText(fault);
  const items: Item[] = [];
  if (fault.window !== undefined) {
    const fate =
      fired.length === 0 ? 'Never took effect' : `Took effect ${fired.length === 1 ? 'once' : `${fired.length} times`}`;
    items.push({
      ...common,
      shape: 'bar',
      tone: fired.length === 0 ? 'fault-unfired' : 'fault',
      fromMs,
      toMs,
      lines: [address, fate],
    });
  }
  for (const { atMs, node, detail } of fired) {
    const lines = [address, ...(detail === '' ? [] : [detail]), secondsText(atMs)];
    items.push({ ...common, node: node ?? fault.node, shape: 'mark', tone: 'fired', fromMs: atMs, toMs: atMs, lines });
  }
  return items;
}
