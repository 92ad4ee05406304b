import type { Caller } from '../../core/types/auth.ts';
import type { WatchStream } from '../../host/database.ts';

type WatchCreate = Parameters<WatchStream['create']>[0];

/** A watch stream of which it has to be said in whose name each watcher is made. */
export interface CalledWatch extends Omit<WatchStream, 'create'> {
  create(request: WatchCreate, caller: Caller): void;
}

/** Each watcher is made in the name of who has the call's token when it is made. */
export interface CallWatch extends Omit<WatchStream, 'create'> {
  create(request: WatchCreate): void;
}

/** A watch stream whose watchers are made in a caller's name. Who that is may take a while to tell; nothing overtakes what waits for it. */
export function watchOf(stream: CalledWatch, callerOf: () => Caller | Promise<Caller>): CallWatch {
  let waiting: Promise<void> | undefined;
  let closed = false;

  function inTurn(act: () => void | Promise<void>): void {
    const last = waiting;
    const mine: Promise<void> = (last === undefined ? Promise.resolve() : last)
      .then(() => (closed ? undefined : act()))
      .finally(() => {
        if (waiting === mine) waiting = undefined;
      });
    waiting = mine;
  }

  function soon(act: () => void): void {
    if (waiting === undefined) act();
    else inTurn(act);
  }

  return {
    create: (request) => {
      const caller = callerOf();
      if (caller instanceof Promise)
        inTurn(async () => {
          const known = await caller;
          if (!closed) stream.create(request, known);
        });
      else soon(() => stream.create(request, caller));
    },
    cancel: (watchId) => soon(() => stream.cancel(watchId)),
    progress: () => soon(() => stream.progress()),
    consumed: (messages) => stream.consumed(messages),
    close: () => {
      closed = true;
      stream.close();
    },
  };
}
