import type { CallOutcome } from '../../types/history.ts';
import type { RunResult } from '../../types/result.ts';
import { joinHistory } from '../joined.ts';
import { processesOf } from './processes.ts';

/**
 * The history as Porcupine takes it: `operations` unmarshals into Go's `[]porcupine.Operation`. `Call` and `Return` are places in real
 * time, not moments, so that no two are equal. An unknown outcome returns after everything else, as Porcupine wants it of calls
 * that may take effect at any time. Watches are no operations and are left out. The schema: docs/simulation-exports.md.
 */
export interface PorcupineHistory {
  readonly schema: 'porcupine-operations/1';
  readonly scenario: string;
  readonly seed: number;
  readonly trace: string;
  readonly operations: readonly PorcupineOperation[];
}

export interface PorcupineOperation {
  readonly ClientId: number;
  readonly Input: unknown;
  readonly Call: number;
  readonly Output: PorcupineOutput;
  readonly Return: number;
  readonly Metadata: {
    readonly call: string;
    readonly client: string;
    readonly node: number;
    readonly callMs: number;
    readonly returnMs: number | null;
  };
}

export type PorcupineOutput =
  | { readonly kind: 'ok'; readonly revision: number; readonly term: number; readonly response: unknown }
  | { readonly kind: 'error'; readonly status: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export function toPorcupineJson(result: RunResult): string {
  const joined = joinHistory(result);
  let afterEverything = result.history.length;
  const operations: PorcupineOperation[] = [];
  for (const task of processesOf(joined).tasks) {
    if (task.kind === 'watch') continue;
    const { invoke, answer, position } = task.call;
    const output = outputOf(answer?.outcome);
    operations.push({
      ClientId: task.process,
      Input: invoke.request,
      Call: position,
      Output: output,
      Return: answer === undefined || output.kind === 'unknown' ? afterEverything++ : answer.position,
      Metadata: {
        call: invoke.call,
        client: invoke.client,
        node: invoke.node,
        callMs: invoke.atMs,
        returnMs: answer?.atMs ?? null,
      },
    });
  }
  const history: PorcupineHistory = {
    schema: 'porcupine-operations/1',
    scenario: result.scenario.name,
    seed: result.scenario.seed,
    trace: result.trace.hash,
    operations,
  };
  return `${JSON.stringify(history, undefined, 1)}\n`;
}

function outputOf(outcome: CallOutcome | undefined): PorcupineOutput {
  if (outcome === undefined) return { kind: 'unknown', reason: 'the run ended' };
  if (outcome.kind !== 'ok') return outcome;
  const { header, response } = outcome;
  return { kind: 'ok', revision: header.revision, term: header.term, response };
}
