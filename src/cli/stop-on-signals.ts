const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
const exitCodeOfSignal = 128;

export type StopSignal = keyof typeof signalNumbers;

interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
}

/**
 * The first signal aborts: stop in good order. Any later one calls `end` with the exit code that a signal's death has. Within `togetherMs` of the
 * first one it is the same: a terminal sends Ctrl-C to npm and to its child, and npm passes it on once more.
 */
export function stopOnSignals(
  source: SignalSource,
  end: (signal: StopSignal, exitCode: number) => void,
  { togetherMs, nowMs }: { readonly togetherMs: number; nowMs(): number } = { togetherMs: 0, nowMs: () => 0 },
): AbortSignal {
  const stop = new AbortController();
  let stoppedMs = 0;
  for (const signal of Object.keys(signalNumbers) as StopSignal[]) {
    source.on(signal, () => {
      if (!stop.signal.aborted) {
        stoppedMs = nowMs();
        stop.abort(signal);
      } else if (nowMs() - stoppedMs >= togetherMs) end(signal, exitCodeOfSignal + signalNumbers[signal]);
    });
  }
  return stop.signal;
}
