import type { HistoryEvent } from '../../types/history.ts';
import type { RunResult, Violation } from '../../types/result.ts';
import type { BranchRunAction } from '../../types/scenario.ts';
import type { Ledger } from '../ledger.ts';
import { convergenceMs, promisedUnder, quietFrom } from '../promises.ts';
import { violation } from '../violation.ts';
import type { BranchMade } from './branches-made.ts';

/**
 * A branch that its maker has acknowledged can be run until somebody sets about deleting it; and no node that starts when its deletion has been
 * acknowledged ever serves it.
 */
export function checkLives(
  result: RunResult,
  made: readonly BranchMade[],
  histories: ReadonlyMap<string, readonly HistoryEvent[]>,
  count: (name: keyof Ledger, by?: number) => void,
): Violation | undefined {
  const deletions = deletionsOf(result.history);
  count('branches: deleted', deletions.gone.size);
  count('branches: not deleted, for they have branches', deletions.refused);
  for (const branch of made) {
    const own = histories.get(branch.home) ?? [];
    const goneMs = deletions.gone.get(branch.home);
    const wrong = goneMs === undefined ? undefined : servedAgain(branch, own, goneMs);
    if (wrong !== undefined) return wrong;
    if (!branch.acknowledged || deletions.attempted.has(branch.name)) continue;
    const served = servedAtEnd(result, branch, own);
    if (served === 'served') count('branches: served at the end');
    else if (served !== undefined) return served;
  }
  return undefined;
}

interface Deletions {
  /** Names that somebody has set about deleting at some time. */
  readonly attempted: ReadonlySet<string>;
  /** By home: when its deletion was acknowledged. */
  readonly gone: ReadonlyMap<string, number>;
  readonly refused: number;
}

function deletionsOf(history: readonly HistoryEvent[]): Deletions {
  const attempted = new Set<string>();
  const operations = new Set<string>();
  const gone = new Map<string, number>();
  let refused = 0;
  for (const event of history) {
    if (event.kind === 'branch-delete-start') {
      attempted.add(event.name);
      operations.add(event.operation);
    }
    if (event.kind !== 'branch-end' || event.outcome !== 'done' || !operations.has(event.operation)) continue;
    const said = JSON.parse(event.detail) as { kind: string; gone?: readonly string[]; kept?: string };
    if (said.kind === 'has-branches') refused += 1;
    for (const home of [...(said.gone ?? []), ...(said.kept === undefined ? [] : [said.kept])]) {
      if (!gone.has(home)) gone.set(home, event.atMs);
    }
  }
  return { attempted, gone, refused };
}

function servedAgain(
  { home, asked }: BranchMade,
  history: readonly HistoryEvent[],
  goneMs: number,
): Violation | undefined {
  const startedMs = new Map<number, number>();
  for (const event of history) {
    if (event.kind === 'node-start') startedMs.set(event.node, event.atMs);
    if (event.kind !== 'node-role' || event.role !== 'leader') continue;
    if ((startedMs.get(event.node) ?? 0) < goneMs) continue;
    return violation('branches', `branch ${home} had been deleted, and a node that started afterwards serves it`, {
      atMs: event.atMs,
      operations: [asked.operation],
      keys: [`${home}manifest`],
    });
  }
  return undefined;
}

/** Judged of nodes that start when nothing befalls them any more. Undefined: there is none. */
function servedAtEnd(
  { scenario, history: whole }: RunResult,
  { home, asked }: BranchMade,
  history: readonly HistoryEvent[],
): Violation | 'served' | undefined {
  const quiet = quietFrom(scenario);
  if (quiet === undefined || promisedUnder(scenario) !== 'masked') return undefined;
  // What a former holder's lease, a takeover and one long recovery may take.
  const boundMs = 2 * convergenceMs(scenario) + 3 * scenario.topology.settings.leaseMs;
  for (const event of whole) {
    if (event.kind !== 'branch-host' || event.home !== home || event.atMs < quiet.atMs) continue;
    const operation = scenario.operations.find(({ id }) => id === event.operation)!;
    const { forMs, killEveryMs } = operation.action as BranchRunAction;
    const dueMs = event.atMs + boundMs;
    const untilMs = Math.min(operation.atMs + forMs, scenario.knobs.endMs);
    if (killEveryMs > 0 || dueMs >= untilMs || !quiet.nodes.has(operation.node)) continue;
    const served = history.some(
      (told) => told.kind === 'node-role' && told.role === 'leader' && told.atMs > quiet.atMs && told.atMs <= dueMs,
    );
    if (served) return 'served';
    const why = history.findLast((told) => told.kind === 'node-stopped' || told.kind === 'node-log');
    const words = why?.kind === 'node-stopped' ? why.failure : why?.kind === 'node-log' ? why.message : undefined;
    return violation(
      'branches',
      `branch ${home} was made, nobody has deleted it, and no node has come to serve it${words === undefined ? '' : `: ${words}`}`,
      { atMs: dueMs, operations: [asked.operation, operation.id] },
    );
  }
  return undefined;
}
