import { secondsText } from '../context.ts';
import type { Item, Lane, LaneSource } from './lane.ts';
import { changesData } from '../words.ts';

/** The revision of every answer, at the moment it reached its client. */
export function revisionLane({ joined, suspects }: LaneSource): Lane[] {
  const items = joined.calls.flatMap(({ invoke, answer }): Item[] => {
    if (answer?.outcome.kind !== 'ok') return [];
    const { revision, term } = answer.outcome.header;
    const named = suspects.revision(revision) || suspects.operation(invoke.operation, invoke.call);
    return [
      {
        row: 0,
        shape: 'point',
        tone: changesData(invoke.request) ? 'write' : 'read',
        fromMs: answer.atMs,
        toMs: answer.atMs,
        label: `r${revision}`,
        lines: [
          `Revision ${revision}, epoch ${term}, in the answer of node ${invoke.node} to ${invoke.call}`,
          secondsText(answer.atMs),
        ],
        node: invoke.node,
        keys: [],
        named,
        revision,
      },
    ];
  });
  items.sort((left, right) => left.fromMs - right.fromMs);
  return items.length === 0 ? [] : [{ group: 'revisions', label: 'answered', rows: 4, items }];
}
