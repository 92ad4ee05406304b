import type { Caller } from '../../core/types/auth.ts';
import type { WatchStream } from '../../host/database.ts';

type WatchCreate = Parameters<WatchStream['create']>[0];

/** A watch stream of which it has to be said in whose name each watcher is made. */
export interface CalledWatch extends Omit<WatchStream, 'create'> {
  create(request: WatchCreate, caller: Caller): void;
}

/** Each watcher is made in the name of who has the call's token when it is made. */
export interface CallWatch extends Omit<WatchStream, 'create'> {
  /** A promise, where it takes a while to tell who that is: who makes many waits for each. */
  create(request: WatchCreate): Promise<void> | undefined;
}

/** A watch stream whose watchers are made in a caller's name. Who that is may take a while to tell; nothing overtakes what waits for it. */
export function watchOf(stream: CalledWatch, callerOf: () => Caller | Promise<Caller>): CallWatch {
  let waiting: Promise<void> | undefined;
  let closed = false;

  function inTurn(act: () => void | Promise<void>): Promise<void> {
    const last = waiting;
    const mine: Promise<void> = (last === undefined ? Promise.resolve() : last)
      .then(() => (closed ? undefined : act()))
      .finally(() => {
        if (waiting === mine) waiting = undefined;
      });
    waiting = mine;
    return mine;
  }

  function soon(act: () => void): void {
    if (waiting === undefined) act();
    else void inTurn(act);
  }

  return {
    create: (request) => {
      const caller = callerOf();
      if (caller instanceof Promise) {
        return inTurn(async () => {
          const known = await caller;
          if (!closed) stream.create(request, known);
        });
      }
      soon(() => stream.create(request, caller));
      return undefined;
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
