import { describe, expect, test } from 'vitest';
import { folderStore, startS3Process } from '../support/processes/store.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { runKillRounds, type KillRoundsReport } from './kill-rounds.ts';
import { killRounds, seed } from './settings.ts';

/** Twenty writers, watchers and leases; SIGKILL at any moment; half of the rounds with the data folder deleted. */
describe.concurrent(`what was acknowledged survives SIGKILL (T4_SEED=${seed})`, { timeout: 900_000 }, () => {
  test('in a folder', async (context) => {
    const workplace = await openWorkplace(context);
    report(await runKillRounds({ workplace, store: folderStore(workplace), ...rounds }));
  });

  test('in S3', async (context) => {
    const workplace = await openWorkplace(context);
    report(await runKillRounds({ workplace, store: await startS3Process(workplace, seed), ...rounds }));
  });
});

const rounds = { seed, rounds: killRounds, deletions: Math.floor(killRounds / 2) };

/** A run in which the interesting did not happen proves nothing. */
function report(report: KillRoundsReport): void {
  console.info(report);
  expect(report.acknowledged).toBeGreaterThan(killRounds);
  if (killRounds < 10) return;
  expect(report.unknown).toBeGreaterThan(0);
  expect(report.checkpointsUsed).toBeGreaterThan(0);
  expect(report.localStatesReused).toBeGreaterThan(0);
}
