import type { Node } from '../../host/node.ts';
import { CliError, exitCodes, type ExitCode } from '../cli-error.ts';
import type { Log } from '../log.ts';
import type { ServeParts } from './parts.ts';

/** Giving the lead back takes a write to the store; without it another node waits for the lease to end, no more. */
const closeTimeoutMs = 15_000;

export async function untilStopped(node: Node, log: Log, stop: AbortSignal): Promise<ExitCode> {
  const asked = new Promise<'asked'>((resolve) => {
    if (stop.aborted) resolve('asked');
    stop.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  const end = await Promise.race([asked, node.stopped]);
  if (end === 'asked') {
    log.info({ reason: String(stop.reason) }, 'stopping: no new requests are taken');
    return exitCodes.ok;
  }
  throw new CliError(exitCodes.failed, `the node stopped: ${end.failure ?? 'nobody asked it to'}`);
}

export async function closeNode(node: Node, parts: ServeParts): Promise<void> {
  const closed = new AbortController();
  const late = parts.sleep(closeTimeoutMs, closed.signal).then(
    () => {
      throw new Error(`the lead was not given back within ${closeTimeoutMs} ms; it ends by itself with its lease`);
    },
    () => undefined,
  );
  try {
    await Promise.race([node.close(), late.then(() => new Promise<never>(() => undefined))]);
  } finally {
    closed.abort();
  }
}
