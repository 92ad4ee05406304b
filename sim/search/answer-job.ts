import type { RunResult } from '../types/result.ts';
import type { Job, JobAnswer, SeedRun } from './job.ts';
import { shrink } from './shrink.ts';
import type { RunOptions, Subject } from './subject.ts';

/** Does what a job asks, in this thread. */
export function answerJob(subject: Subject, job: Job): JobAnswer {
  switch (job.kind) {
    case 'seeds':
      return { kind: 'seeds', runs: job.seeds.map((seed) => runSeed(subject, seed, job.options)) };
    case 'scenario':
      return { kind: 'scenario', result: subject.run(job.scenario, job.options) };
    case 'shrink':
      return { kind: 'shrink', shrunk: shrink(subject, job.scenario, job.runsMax) };
  }
}

function runSeed(subject: Subject, seed: number, options: RunOptions | undefined): SeedRun {
  const scenario = subject.generate(seed);
  const startedMs = performance.now();
  const result = subject.run(scenario, options);
  return seedRunOf(seed, result, performance.now() - startedMs);
}

export function seedRunOf(seed: number, result: RunResult, cpuMs: number): SeedRun {
  const { counts, verdict, trace } = result;
  return {
    seed,
    verdict,
    traceHash: trace.hash,
    totals: {
      runs: 1,
      events: counts.events,
      virtualMs: counts.virtualMs,
      calls: counts.calls,
      faultsFired: counts.faultsFired,
      ledger: counts.ledger,
      callsByKind: counts.callsByKind,
      cpuMs,
    },
    scenario: verdict.kind === 'ok' ? undefined : result.scenario,
  };
}
