import type { ObjectStore } from '../../ports/object-store.ts';
import { CliError, exitCodes } from '../cli-error.ts';
import type { Log } from '../log.ts';
import type { ServeParts } from './parts.ts';

/** How long a store that does not answer is asked again at start, and how long between. */
const probeAttemptsMax = 10;
export const probePauseMs = 3_000;

/** Until the store has proved that it honours conditions, or it is clear that it does not. */
export async function probeUntilClear(
  store: ObjectStore,
  parts: ServeParts,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    stop.throwIfAborted();
    const verdict = await unlessStopped(parts.probe(store), stop);
    if (verdict.kind === 'ok') return;
    const hopeless = verdict.kind === 'conditions-ignored' || verdict.problem.permanent;
    if (hopeless || attempt === probeAttemptsMax) throw new CliError(exitCodes.failed, verdict.message, verdict.hint);
    log.warn({ problem: verdict.message, attempt, attemptsMax: probeAttemptsMax }, 'the store does not answer yet');
    await parts.sleep(probePauseMs, stop);
  }
}

/** A store that keeps a request waiting must not keep a stop waiting. */
async function unlessStopped<Value>(value: Promise<Value>, stop: AbortSignal): Promise<Value> {
  value.catch(() => undefined);
  let forget = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const onStop = (): void => reject(new Error('a stop was asked for'));
    stop.addEventListener('abort', onStop, { once: true });
    forget = () => stop.removeEventListener('abort', onStop);
  });
  try {
    return await Promise.race([value, stopped]);
  } finally {
    forget();
  }
}
