import type { ClientError } from '../../../core/types/error.ts';
import { clientErrors } from '../../../core/types/error.ts';
import type { KeyRange } from '../../../core/types/key-range.ts';
import type { WatchResponse } from '../../../core/types/watch.ts';
import { DatabaseError, type Resolved } from '../../../host/database.ts';
import type { CallContext } from '../call.ts';
import type { Node } from '../node.ts';

/**
 * What one watcher is told, message by message; no faster than it is asked for. Never returns by itself: throws when the watcher is
 * ended, or with the reason that the call ends for. Whoever leaves the loop closes the watch.
 */
export async function* watchMessages(
  node: Node,
  context: CallContext,
  range: KeyRange,
  startRevision: number,
): AsyncGenerator<Resolved<WatchResponse>, never> {
  const { signal } = context;
  const waiting: Resolved<WatchResponse>[] = [];
  let ended: ClientError | undefined;
  let wake = () => {};
  const stream = node.of(context).openWatch({
    response: (message) => {
      waiting.push(message);
      wake();
    },
    end: (error) => {
      ended = error;
      wake();
    },
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    await stream.create({ ...plainWatch, ...range, startRevision });
    for (;;) {
      signal.throwIfAborted();
      const message = waiting.shift();
      if (message !== undefined) {
        if (message.canceled) throw new DatabaseError(reasonOf(message));
        yield message;
        stream.consumed(1);
      } else if (ended !== undefined) {
        throw new DatabaseError(ended);
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stream.close();
  }
}

const plainWatch = {
  watchId: 0n,
  progressNotify: false,
  noPut: false,
  noDelete: false,
  previousKv: false,
  fragment: false,
} as const;

function reasonOf({ compactRevision, cancelReason }: Resolved<WatchResponse>): ClientError {
  if (compactRevision !== 0) return clientErrors.compacted;
  return { status: 'FailedPrecondition', message: cancelReason };
}
