/**
 * A watch as an async iterator of changes.
 *
 * - One item a revision: all its matching events together, in the order of their operations; revisions ascend, none is
 *   left out and none comes twice.
 * - Nothing is taken from the node faster than the loop reads: a slow loop is fed from the history.
 * - It ends by `break`, `close()` or the signal without an error; otherwise it throws: `CompactedError` when its start is no
 *   longer kept, `WatchEndedError` when the node stopped serving, with the revision to go on from.
 */
import type { ClientError } from '../core/types/error.ts';
import type { WatchResponse } from '../core/types/watch.ts';
import type { Database, Resolved, WatchStream } from '../host/database.ts';
import { Entry } from './entry.ts';
import { CompactedError, T4Error, WatchEndedError } from './error.ts';
import { wholeNumber } from './requests.ts';
import { toKeyRange, type Selection } from './selection.ts';

export interface WatchOptions {
  /** First revision to deliver, past ones included. Default: the one after the newest, when the watch is made. */
  readonly fromRevision?: number;
  /** Give each event the version before it, where that is still kept. Default false. */
  readonly previous?: boolean;
  /** Only puts, or only deletes. Default: both. */
  readonly only?: 'puts' | 'deletes';
  /** Deliver a change without events now and then while nothing happens, to tell how far the watch is. Default false. */
  readonly progress?: boolean;
  /** Ends the watch, without an error. */
  readonly signal?: AbortSignal;
}

export interface Change {
  readonly revision: number;
  /** Empty only where `progress` was asked for. */
  readonly events: readonly ChangeEvent[];
}

export interface ChangeEvent {
  readonly kind: 'put' | 'delete';
  /** For a delete: the key and the revision, with an empty value. */
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

export interface Watch extends AsyncIterableIterator<Change> {
  /** Resolves with the database's revision once every later change is certain to be delivered. */
  readonly started: Promise<number>;
  close(): void;
}

type Message = Resolved<WatchResponse>;
type Ending = { readonly error: Error | undefined };

export function openWatch(database: Database, keys: Selection, options: WatchOptions): Watch {
  const fromRevision = wholeNumber('fromRevision', options.fromRevision ?? 0);
  const messages: Message[] = [];
  const changes: Change[] = [];
  const waiting: (() => void)[] = [];
  let startedWith: (revision: number) => void;
  let startFailedWith: (error: Error) => void;
  const started = new Promise<number>((resolve, reject) => {
    startedWith = resolve;
    startFailedWith = reject;
  });
  // Who does not ask for it learns of a failure from the loop.
  started.catch(() => undefined);
  let resumeRevision = fromRevision;
  let ending: Ending | undefined;

  function wake(): void {
    for (const resolve of waiting.splice(0)) resolve();
  }

  function end(error: Error | undefined): void {
    if (ending !== undefined) return;
    ending = { error };
    options.signal?.removeEventListener('abort', close);
    startFailedWith(error ?? new T4Error('closed', 'Canceled', 'the watch was closed'));
    wake();
  }

  function close(): void {
    messages.length = 0;
    changes.length = 0;
    if (ending === undefined) stream?.close();
    end(undefined);
  }

  function receive(message: Message): void {
    if (ending !== undefined) return;
    if (message.created && message.revision !== undefined) {
      if (resumeRevision === 0) resumeRevision = message.revision + 1;
      if (!message.canceled) startedWith(message.revision);
    }
    if (message.canceled) startFailedWith(cancelError(message, resumeRevision));
    messages.push(message);
    wake();
  }

  /** Turns the next message into changes; one message is in work at a time, which is what holds the node back. */
  function takeMessage(): void {
    const message = messages.shift();
    if (message === undefined) return;
    if (ending === undefined) stream!.consumed(1);
    changes.push(...changesOf(message, options.progress === true));
    if (!message.canceled || ending !== undefined) return;
    stream!.close();
    end(cancelError(message, resumeAfter(changes)));
  }

  function resumeAfter(pending: readonly Change[]): number {
    return Math.max(resumeRevision, (pending.at(-1)?.revision ?? -1) + 1);
  }

  async function next(): Promise<IteratorResult<Change, undefined>> {
    for (;;) {
      const change = changes.shift();
      if (change !== undefined) {
        resumeRevision = change.revision + 1;
        return { done: false, value: change };
      }
      if (messages.length > 0) takeMessage();
      else if (ending !== undefined) return finish(ending);
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  /** The error is told once, to whoever asks first. */
  function finish({ error }: Ending): IteratorResult<Change, undefined> {
    ending = { error: undefined };
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  let stream: WatchStream | undefined;
  if (options.signal?.aborted === true) {
    end(undefined);
  } else {
    options.signal?.addEventListener('abort', close, { once: true });
    stream = database.openWatch({
      response: receive,
      end: (error: ClientError) => endByNode(error),
    });
    if (ending === undefined)
      stream.create({
        ...toKeyRange(keys),
        watchId: 0n,
        startRevision: fromRevision,
        progressNotify: options.progress ?? false,
        noPut: options.only === 'deletes',
        noDelete: options.only === 'puts',
        previousKv: options.previous ?? false,
        fragment: false,
      });
  }

  /** What was already here is delivered first: `next` looks at the ending last. */
  function endByNode(error: ClientError): void {
    const last = messages.flatMap((message) => changesOf(message, false));
    end(new WatchEndedError(error, resumeAfter(last.length > 0 ? last : changes)));
  }

  return {
    started,
    close,
    next,
    async return() {
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function cancelError(message: Message, resumeRevision: number): Error {
  if (message.compactRevision !== 0) return new CompactedError(message.compactRevision);
  const reason = message.cancelReason === '' ? 'the watch was cancelled' : message.cancelReason;
  return new WatchEndedError({ status: 'Canceled', message: reason }, resumeRevision);
}

function changesOf(message: Message, progress: boolean): readonly Change[] {
  const changes: { revision: number; events: ChangeEvent[] }[] = [];
  for (const { version, previous } of message.events) {
    const event: ChangeEvent = {
      kind: version.version === 0 ? 'delete' : 'put',
      entry: new Entry(version),
      previous: previous === undefined ? undefined : new Entry(previous),
    };
    const last = changes.at(-1);
    if (last?.revision === version.modRevision) last.events.push(event);
    else changes.push({ revision: version.modRevision, events: [event] });
  }
  const isProgress = message.events.length === 0 && !message.created && !message.canceled;
  if (progress && isProgress && message.revision !== undefined)
    changes.push({ revision: message.revision, events: [] });
  return changes;
}
