import type { Node } from '../../host/node.ts';
import type { Log } from '../log.ts';

/** The one line that says: clients are served from now on. False: it never came to that. */
export async function announceReady(node: Node, facts: object, log: Log, stop: AbortSignal): Promise<boolean> {
  try {
    await node.whenReady(stop);
    const { response } = await node.request<'status'>({ kind: 'status' });
    const { revision, epoch } = response;
    log.info({ ...facts, revision, epoch }, 'ready to serve client requests');
    return true;
  } catch (error) {
    if (!stop.aborted) log.debug({ error }, 'stopped before it was ready');
    return false;
  }
}

/** Told once, and refused to nobody: there are no users before somebody has come in to make them. */
export async function warnIfOpen(node: Node, log: Log): Promise<void> {
  try {
    const { response } = await node.request<'auth-status'>({ kind: 'auth-status' });
    if (response.enabled) return;
    log.warn('authentication is not enabled: whoever reaches the address can read and write everything');
  } catch (error) {
    log.debug({ error }, 'whether authentication is enabled could not be told');
  }
}
