import { parentPort, workerData } from 'node:worker_threads';
import { ScenarioError } from '../scenario-error.ts';
import type { Job } from './job.ts';
import { plantMutant, type PlantedMutant } from './mutant-hook.ts';
import type { Subject } from './subject.ts';

/**
 * A worker: one subject, with one mutant in the core's place or none, for its whole life. It loads the subject only after the mutant has
 * been planted; so nothing of the core may be imported here, nor by what is imported here, but for types.
 */
export interface WorkerSettings {
  readonly subjectUrl: string;
  readonly mutant: PlantedMutant | undefined;
}

const settings = workerData as WorkerSettings;
if (settings.mutant !== undefined) plantMutant(settings.mutant);
const { subject } = (await import(settings.subjectUrl)) as { readonly subject: Subject };
const { answerJob } = await import('./answer-job.ts');

parentPort?.on('message', (job: Job) => {
  try {
    parentPort?.postMessage({ answer: answerJob(subject, job) });
  } catch (error) {
    if (error instanceof ScenarioError) {
      parentPort?.postMessage({ error: error.message, isScenarioError: true });
      return;
    }
    parentPort?.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
