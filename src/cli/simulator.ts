/**
 * `t4 sim`. The source knows nothing of the simulator: it is found by its place when it is asked for, beside the sources or in the built package,
 * and takes the command line as it is.
 */
export interface SimulatorOutput {
  out(text: string): void;
  error(text: string): void;
  readonly isTerminal: boolean;
  interruption?(): AbortSignal;
}

export const simulatorCommand = 'sim';

type RunSimulator = (argv: readonly string[], output: SimulatorOutput) => Promise<number>;

export async function runSimulator(argv: readonly string[], output: SimulatorOutput): Promise<number> {
  const place = import.meta.url.endsWith('.ts') ? '../../sim/cli/program.ts' : '../simulator/sim/cli/program.js';
  const loaded = (await import(new URL(place, import.meta.url).href)) as { readonly runSimulator: RunSimulator };
  return loaded.runSimulator(argv, output);
}
