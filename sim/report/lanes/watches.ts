import type { PlainWatchResponse } from '../../types/plain.ts';
import { textOfBytes } from '../bytes-text.ts';
import { secondsText } from '../context.ts';
import type { JoinedWatch } from '../joined.ts';
import type { Item, Lane, LaneSource } from './lane.ts';
import { watchResponseText, watchText } from '../words.ts';
import { byName, groupBy, inRows } from './rows.ts';

/** Each client's watch streams, from opening to end, and every message that reached it. */
export function watchLanes({ joined, suspects }: LaneSource): Lane[] {
  const clients = [...groupBy(joined.watches, ({ open }) => open.client)].sort(([left], [right]) =>
    byName(left, right),
  );
  return clients.map(([client, watches]) => {
    const spans = watches.map((watch) => ({ watch, fromMs: watch.open.atMs, toMs: watch.end?.atMs ?? joined.endMs }));
    const { rows, items } = inRows(spans);
    const named = ({ open }: JoinedWatch): boolean => suspects.operation(open.operation, open.stream);
    return {
      group: 'watches',
      label: client,
      rows,
      items: items.flatMap((span) => streamItems(span, named(span.watch))),
    };
  });
}

interface Span {
  readonly watch: JoinedWatch;
  readonly fromMs: number;
  readonly toMs: number;
  readonly row: number;
}

function streamItems({ watch, fromMs, toMs, row }: Span, named: boolean): Item[] {
  const { open, responses, end } = watch;
  const what = watchText(open.request);
  const common = { row, node: open.node, named };
  const ended = end === undefined ? 'open when the run ends' : `ends: ${end.reason}`;
  const items: Item[] = [
    {
      ...common,
      shape: 'bar',
      tone: 'stream',
      fromMs,
      toMs,
      label: what,
      lines: [
        `${open.client} at node ${open.node}: ${what}`,
        ended,
        `${secondsText(fromMs)} to ${secondsText(toMs)}, stream ${open.stream}`,
      ],
      keys: [textOfBytes(open.request.key)],
    },
  ];
  for (const { atMs, response } of responses) {
    items.push({
      ...common,
      shape: 'mark',
      tone: toneOf(response),
      fromMs: atMs,
      toMs: atMs,
      label: '',
      lines: [`${open.client} sees: ${watchResponseText(response)}`, `${secondsText(atMs)}, stream ${open.stream}`],
      keys: [...new Set(response.events.map(({ kv }) => textOfBytes(kv.key)))],
    });
  }
  if (end !== undefined && end.reason !== 'closed') {
    const lines = [`Stream ${open.stream} ends: ${end.reason}`, secondsText(end.atMs)];
    items.push({
      ...common,
      shape: 'mark',
      tone: 'lost',
      fromMs: end.atMs,
      toMs: end.atMs,
      label: '',
      lines,
      keys: [],
    });
  }
  return items;
}

function toneOf(response: PlainWatchResponse): string {
  if (response.canceled) return 'lost';
  return response.events.length > 0 ? 'seen' : 'progress';
}
