import { followSuccessors } from '../core/restore/follow-successors.ts';
import { runner, type Context } from './context.ts';
import { countRequests } from './count-requests.ts';
import { DrillFailure } from './failure.ts';
import { nothingFound, reportOf } from './found.ts';
import { sweepBranches, sweepFolders } from './leftovers.ts';
import type { DrillOptions } from './options.ts';
import { rehearse } from './rehearse.ts';
import type { DrillReport } from './report.ts';
import { endOf, judge, type Verdict } from './verdict.ts';

/**
 * A rehearsal of a recovery: a branch of the live database, recovered by a real node on an empty folder, its state's hash held against the running
 * server's, or against what the log comes to. The branch and the folder are removed whatever happens.
 *
 * Invariants:
 * - The database itself is only read, but for the pin that every branch has.
 * - Nothing is `ok` that was not compared.
 */

/** A revision that the server compacts away before it was compared with is given up for a newer one. */
const roundsMax = 3;

export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { clock, timeoutMs } = options;
  const began = clock.now();
  const found = nothingFound(options.home);
  const counter = countRequests(options.store, clock);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const context: Context = { options: { ...options, store: counter.store }, found, signal, phase: counter.phase };
  const verdict = await verdictOf(context).catch((error: unknown) => endOf(error, options.signal, timeout, timeoutMs));
  const tookMs = clock.now().monotonicMs - began.monotonicMs;
  return reportOf(options, found, verdict, counter.counts(), { beganWallMs: began.wallMs, tookMs });
}

async function verdictOf(context: Context): Promise<Verdict> {
  const { options, found, signal } = context;
  await sweep(context);
  found.home = await runner(context, options.home)(followSuccessors, signal);
  for (let round = 1; ; round++) {
    found.round = {};
    const ended = await rehearse(context);
    if (ended !== undefined) return judge(ended.compared, ended.took, options.limits);
    const isLast = options.revision !== undefined || round === roundsMax;
    if (isLast) throw new DrillFailure('unknown', 'the server has compacted the revision that was to be compared');
  }
}

async function sweep(context: Context): Promise<void> {
  const { options, found } = context;
  found.leftovers = await runner(context, '')(sweepBranches, context.signal);
  for (const { name, createdAt, removed } of found.leftovers) {
    const what = removed ? 'removed' : 'left alone: it may be at work. t4 branch delete removes it';
    options.tell(`the branch ${name} of another drill, made ${createdAt}, is ${what}`);
  }
  await sweepFolders(options.folder, options.clock.now().wallMs);
}
