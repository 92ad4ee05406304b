import type { WatchResponse } from '../../../src/server/generated/etcdserverpb/watch.ts';
import { revisionOf, type KeyEvent, type LogEntry } from '../history/types.ts';
import { firstRevision } from '../oracle/replay.ts';
import type { EtcdConnection } from './connection.ts';
import { eventOf, watchRequest } from './messages.ts';

/** The whole history, as a fresh watch of everything from the first revision tells it, up to a revision that exists. */
export function readLog(connection: EtcdConnection, headRevision: number): Promise<readonly LogEntry[]> {
  const log: { readonly revision: number; readonly events: KeyEvent[] }[] = [];
  if (headRevision < firstRevision) return Promise.resolve(log);
  const call = connection.watch();
  return new Promise((resolve, reject) => {
    call.on('data', (response: WatchResponse) => {
      if (response.canceled) reject(new Error(`the watch of the history was cancelled: ${response.cancelReason}`));
      for (const event of response.events.map(eventOf)) {
        const revision = revisionOf(event);
        const last = log.at(-1);
        if (last?.revision === revision) last.events.push(event);
        else log.push({ revision, events: [event] });
      }
      if ((log.at(-1)?.revision ?? 0) < headRevision) return;
      resolve(log);
      call.cancel();
    });
    call.on('error', reject);
    call.write(watchRequest({ from: '\0', to: '\0' }, 1));
  });
}
