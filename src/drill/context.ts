import type { Core } from '../core/core.ts';
import type { Task } from '../core/task.ts';
import { runTool } from '../host/run-tool.ts';
import type { Found } from './found.ts';
import type { DrillOptions } from './options.ts';

/** What the steps of a drill share. */
export interface Context {
  /** With the store that counts. */
  readonly options: DrillOptions;
  readonly found: Found;
  readonly signal: AbortSignal;
  phase(name: string): void;
}

export function runner({ options }: Context, home: string) {
  const { store, clock, random, digest, compression, log } = options;
  const tool = { store, clock, random, digest, compression, log, home };
  return <Result>(task: (core: Core) => Task<Result>, signal?: AbortSignal): Promise<Result> =>
    runTool(signal === undefined ? tool : { ...tool, signal }, task);
}
