import { shorten, textOfBytes } from '../bytes-text.ts';
import { secondsText } from '../context.ts';
import type { JoinedCall } from '../joined.ts';
import type { Lane, LaneSource } from './lane.ts';
import { changesData, keysOf, outcomeText, requestText } from '../words.ts';
import { byName, groupBy, inRows } from './rows.ts';

/** What each client asked, from its request to its answer, or to where the client gave it up. */
export function clientLanes({ joined, suspects }: LaneSource): Lane[] {
  const clients = [...groupBy(joined.calls, ({ invoke }) => invoke.client)].sort(([left], [right]) =>
    byName(left, right),
  );
  return clients.map(([client, calls]) => {
    const bars = calls.map((call) => {
      const { invoke, answer } = call;
      const toMs = answer?.atMs ?? joined.endMs;
      const keys = keysOf(invoke.request);
      return {
        shape: 'bar' as const,
        tone: toneOf(call),
        fromMs: invoke.atMs,
        toMs,
        label: `${labelOf(call)}`,
        lines: [
          `${client} asks node ${invoke.node}: ${requestText(invoke.request)}`,
          answer === undefined ? 'no answer before the end of the run' : outcomeText(answer.outcome),
          `${secondsText(invoke.atMs)} to ${secondsText(toMs)}, call ${invoke.call}`,
        ],
        node: invoke.node,
        keys: [...new Set(keys.map(textOfBytes))],
        named: suspects.operation(invoke.operation, invoke.call),
      };
    });
    return { group: 'clients', label: client, ...inRows(bars) };
  });
}

function toneOf({ invoke, answer }: JoinedCall): string {
  if (answer === undefined || answer.outcome.kind === 'unknown') return 'unknown';
  if (answer.outcome.kind === 'error') return 'refused';
  return changesData(invoke.request) ? 'write' : 'read';
}

const shortNames: Readonly<Record<string, string>> = {
  range: 'read',
  'delete-range': 'delete',
  'lease-keep-alive': 'keep alive',
};
const keyLengthShown = 20;

function labelOf({ invoke, answer }: JoinedCall): string {
  const { kind } = invoke.request;
  const key = keysOf(invoke.request)[0];
  const name = `${shortNames[kind] ?? kind}${key === undefined ? '' : ` ${shorten(textOfBytes(key), keyLengthShown)}`}`;
  if (answer?.outcome.kind === 'ok') return `${name} → r${answer.outcome.header.revision}`;
  return `${name} → ${answer?.outcome.kind === 'error' ? 'refused' : 'unknown'}`;
}
