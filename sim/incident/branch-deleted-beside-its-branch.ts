import type { Action, Operation } from '../types/scenario.ts';
import { leader, type Incident } from './incident.ts';
import { readAll, writers } from './traffic.ts';

/** The branch, a branch of it, and one that comes when it is too late. */
const branch = 'trunk';
const child = 'twig';
const late = 'leaf';
const none = { clockOffsetMs: 0, pauseAfterCalls: 0, pauseMs: 0, killAfterCalls: 0 } as const;

export const branchDeletedBesideItsBranch: Incident = {
  name: 'branch-deleted-beside-its-branch',
  does: 'a branch that is run and has a branch is deleted, by force or not, just when another one is made of it; collectors look into both; then all are run again',
  generate(draw, { nodes, leaseMs, fromMs }) {
    const own = draw('course');
    const writeMs = 2 * leaseMs;
    const childMs = fromMs + writeMs;
    const deleteMs = childMs + own.pick([0, 100, 1_000]) + own.below(200);
    const toMs = Math.ceil(deleteMs + 4 * leaseMs);
    const operations: Operation[] = [];
    const at = (id: string, atMs: number, action: Action) =>
      operations.push({ id, client: `operator-${id}`, node: own.below(nodes), atMs: Math.ceil(atMs), action });
    const pausedOr = (share: number) => ({
      ...none,
      pauseAfterCalls: own.chance(share) ? own.between(1, 12) : 0,
      pauseMs: own.between(20, 500),
    });
    const create = { kind: 'branch-create', cut: { kind: 'end' } } as const;
    at('create-branch', fromMs, { ...create, name: branch, of: '', ...none });
    const run = { kind: 'branch-run', killEveryMs: 0, restartMs: 0, disk: 'empty' } as const;
    at('run-branch', fromMs + 50, { ...run, name: branch, forMs: toMs - fromMs });
    at('create-child', childMs, { ...create, name: child, of: branch, ...pausedOr(0.3) });
    for (let number = 1; number <= 2; number++) {
      const force = own.chance(0.5);
      const startMs = deleteMs + (number - 1) * own.below(600);
      at(`delete-${number}`, startMs, { kind: 'branch-delete', name: branch, force, ...pausedOr(0.3) });
    }
    at('create-late', deleteMs + own.between(-50, 400), { ...create, name: late, of: branch, ...pausedOr(0.5) });
    for (let number = 1; number <= 6; number++) {
      const of = number % 2 === 0 ? { branch } : {};
      const collect = { kind: 'collect', retentionMs: 0, graceMs: 0, dryRun: false, ...of } as const;
      at(`collect-${number}`, childMs + own.below(2 * leaseMs), { ...collect, ...pausedOr(0.2) });
    }
    for (const name of [branch, child, late]) {
      at(`run-again-${name}`, toMs + 100, { ...run, name, forMs: toMs });
      operations.push(readAll(name, toMs + 3 * leaseMs));
    }
    const written = (name: string, home: string | undefined): readonly Operation[] =>
      writers(draw, { name, node: leader, fromMs: fromMs - 400, toMs: deleteMs, everyMs: 60 }).map((operation) =>
        home === undefined ? operation : { ...operation, branch: home },
      );
    return {
      faults: [
        { id: 'lost', kind: 'crash-disk-lost', node: leader, atMs: Math.ceil(deleteMs + 500), restartMs: 2 * leaseMs },
      ],
      operations: [...operations, ...written('writer', undefined), ...written('branch-writer', branch)],
      toMs,
      settings: {
        checkpointSegments: own.pick([3, 10]),
        checkpointIntervalMs: own.pick([300, 1_000]),
        checkpointChunkBytes: 256,
        retentionMs: 0,
        retentionBytes: -1,
        collectIntervalMs: own.pick([0, 300]),
        collectGraceMs: 0,
      },
    };
  },
};
