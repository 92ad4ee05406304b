const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
const exitCodeOfSignal = 128;

export type StopSignal = keyof typeof signalNumbers;

interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
}

/** The first signal aborts: stop in good order. Any later one calls `end` with the exit code that a signal's death has. */
export function stopOnSignals(source: SignalSource, end: (signal: StopSignal, exitCode: number) => void): AbortSignal {
  const stop = new AbortController();
  for (const signal of Object.keys(signalNumbers) as StopSignal[]) {
    source.on(signal, () => {
      if (stop.signal.aborted) end(signal, exitCodeOfSignal + signalNumbers[signal]);
      else stop.abort(signal);
    });
  }
  return stop.signal;
}
