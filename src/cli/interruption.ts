/** Commands that take a while, end when somebody interrupts, and say so. */
import { CliError, exitCodes } from './cli-error.ts';
import { stopOnSignals, type StopSignal } from './stop-on-signals.ts';

export async function withInterruption<Result>(use: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const signals = createSignalSource();
  const signal = stopOnSignals(signals, (_, code) => process.exit(code));
  try {
    return await use(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CliError(exitCodes.unreachable, 'interrupted; nothing was written', undefined, error);
  } finally {
    signals.close();
  }
}

/** What cannot be told to end is left to itself when somebody interrupts. */
export function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('interrupted'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The process's signals for as long as a command runs. */
export function createSignalSource() {
  const listening: (readonly [StopSignal, () => void])[] = [];
  return {
    on(signal: StopSignal, listener: () => void): void {
      process.on(signal, listener);
      listening.push([signal, listener]);
    },
    close(): void {
      for (const [signal, listener] of listening) process.off(signal, listener);
    },
  };
}
