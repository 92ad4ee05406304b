import type { StoreChange } from '../types/result.ts';
import type { NodeSettings, Scenario } from '../types/scenario.ts';
import { isTool } from '../world/tool-host.ts';
import type { DecodedCheckpointReference } from './decoder/checkpoint-reference.ts';
import type { DecodedManifest, DecodedRetention } from './decoder/manifest.ts';
import { keyOf } from './reachability.ts';

/**
 * What a collector forgot, and whether it was told to: checkpoints that the retention asks for stay, by the oracle's own count of history, from the
 * bytes that were written; and nobody but a node that was told so changes the retention.
 *
 * A LIST that does not show everything makes a checkpoint count too little history: then more is kept than was asked for, which is no harm.
 */
export interface Retained {
  /** A text says what is wrong. */
  changed(
    change: StoreChange,
    before: DecodedManifest | undefined,
    next: DecodedManifest,
    /** For how long, by the log of what goes on, the database had been left by a rollback; 0: it was not. */
    leftMs: number,
  ): string | undefined;
  /** At the end it is known who was told what. */
  judge(scenario: Scenario): string | undefined;
  forgottenBySize(): number;
}

export interface RetainedGround {
  /** Of the segment that was put there first; 0: none was. */
  slotBytes(slot: number): number;
  /** Keys of all that a checkpoint names, itself included, without the slash in front. */
  tree(reference: DecodedCheckpointReference): ReadonlySet<string>;
  bytes(key: string): number;
  /** The operation that a tool collects for. */
  collectOf(writer: number): string | undefined;
}

interface Forgotten {
  readonly writer: number;
  readonly before: readonly DecodedCheckpointReference[];
  readonly after: ReadonlySet<string>;
  readonly retention: DecodedRetention;
  readonly leftMs: number;
}

const sparesMin = 2;

export function createRetained(ground: RetainedGround): Retained {
  /** By key of a checkpoint: log and dropped objects up to it. */
  const history = new Map<string, number>();
  const forgotten: Forgotten[] = [];
  const said = new Map<string, DecodedRetention>();
  let bySize = 0;

  function sizeOf(keys: Iterable<string>): number {
    let bytes = 0;
    for (const key of keys) bytes += ground.bytes(key);
    return bytes;
  }

  function named(reference: DecodedCheckpointReference, previous: DecodedCheckpointReference | undefined) {
    const tree = ground.tree(reference);
    const treeBytes = sizeOf(tree);
    if (reference.treeBytes !== treeBytes) {
      return `${reference.key} is said to weigh ${reference.treeBytes} bytes with all that it names, which is ${treeBytes}`;
    }
    let bytes = previous === undefined ? 0 : (history.get(previous.key) ?? 0);
    for (let slot = (previous?.slot ?? 0) + 1; slot <= reference.slot; slot++) bytes += ground.slotBytes(slot);
    if (previous !== undefined) bytes += sizeOf([...ground.tree(previous)].filter((key) => !tree.has(key)));
    history.set(reference.key, bytes);
    const saidSince = reference.historyBytes - (previous?.historyBytes ?? 0);
    const since = bytes - (previous === undefined ? 0 : (history.get(previous.key) ?? 0));
    if (saidSince >= 0 && saidSince <= since) return undefined;
    return `${reference.key} counts ${saidSince} bytes of history since the checkpoint before it, where there are ${since}`;
  }

  /** By the oracle's own count. */
  function isAsked(checkpoints: readonly DecodedCheckpointReference[], index: number, retention: DecodedRetention) {
    if (index >= checkpoints.length - sparesMin || retention.kind === 'for-ever') return true;
    const newest = checkpoints.at(-1)!;
    if (retention.kind === 'size') {
      return (history.get(newest.key) ?? 0) - (history.get(checkpoints[index]!.key) ?? 0) <= retention.bytes;
    }
    // What the next one holds too is asked for by it.
    const next = checkpoints[index + 1]!;
    return next.wallMs > newest.wallMs - retention.milliseconds;
  }

  return {
    changed(change, before, next, leftMs) {
      const known = new Set(before?.checkpoints.map(({ key }) => key));
      const added = next.checkpoints.filter(({ key }) => !known.has(key));
      for (const reference of added) {
        const problem = named(reference, before?.checkpoints.at(-1));
        if (problem !== undefined) return problem;
      }
      if (change.node === undefined || before === undefined) return undefined;
      const byTool = isTool(change.node);
      if (byTool && textOf(before.retention) !== textOf(next.retention)) return 'a tool changed the retention';
      if (!byTool) said.set(textOf(next.retention), next.retention);
      const after = new Set(next.checkpoints.map(({ key }) => key));
      const first = added[0]?.slot;
      const gone = before.checkpoints.filter(({ key }) => !after.has(key));
      if (first !== undefined) {
        const lost = gone.find(({ slot }) => slot < first);
        return lost && `the checkpoint of slot ${lost.slot} was forgotten by who named another one`;
      }
      if (gone.length === 0) return undefined;
      forgotten.push({ writer: change.node, before: before.checkpoints, after, retention: next.retention, leftMs });
      return undefined;
    },
    judge(scenario) {
      const told = retentionOf(scenario.topology.settings);
      for (const [text] of said) {
        if (text !== textOf(told)) return `a node says that ${text} is kept, and was told ${textOf(told)}`;
      }
      for (const { writer, before, after, retention, leftMs } of forgotten) {
        const collect = ground.collectOf(writer);
        const action = scenario.operations.find(({ id }) => id === collect)?.action;
        const rule = action?.kind === 'collect' ? retentionOf(action) : retention;
        if (rule.kind === 'size') bySize += 1;
        // What was left before all that is kept goes as a whole.
        if (rule.kind === 'age' && leftMs > rule.milliseconds) continue;
        const lost = before.find(({ key }, index) => !after.has(key) && isAsked(before, index, rule));
        if (lost !== undefined) return `${keyOf(lost)} was forgotten, although ${textOf(rule)} is to be kept`;
      }
      return undefined;
    },
    forgottenBySize: () => bySize,
  };
}

type Said = Pick<NodeSettings, 'retentionMs'> & { readonly retentionBytes?: number };

function retentionOf({ retentionMs, retentionBytes = -1 }: Said): DecodedRetention {
  if (retentionBytes >= 0) return { kind: 'size', bytes: retentionBytes };
  return { kind: 'age', milliseconds: retentionMs };
}

function textOf(retention: DecodedRetention): string {
  if (retention.kind === 'size') return `${retention.bytes} bytes`;
  return retention.kind === 'age' ? `${retention.milliseconds} ms` : 'everything';
}
