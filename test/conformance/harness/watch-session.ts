import { WatchDefinition, type WatchCreateRequest } from '../../../src/server/generated/etcdserverpb/watch.ts';
import type { WatchResponse } from '../../../src/server/generated/etcdserverpb/watch.ts';
import type { Loose } from './message.ts';
import { watchOf } from './message.ts';
import type { CallOptions, RawClient } from './raw-client.ts';
import { messagesOf } from './messages.ts';

/** One watch stream. Messages count from when they are awaited: nothing is lost, and nothing is compared that nobody awaited. */
export interface WatchSession {
  create(fields: Loose<WatchCreateRequest>): void;
  cancel(watchId: number): void;
  progress(): void;
  /** A request without any content. */
  nothing(): void;
  /** The client's side ends; the stream goes on. */
  halfClose(): void;
  /** The next message, which is not noted. A stream that ended has none. */
  take(): Promise<WatchResponse>;
  /** The next messages, each as it is. */
  next(count?: number): Promise<void>;
  /** The next messages, by watcher: who is told of a revision first is up to the server. */
  nextInAnyOrder(count: number): Promise<void>;
  /** As many events as that, however they are cut into messages, each with its watcher; what the last message holds beyond is dropped. */
  events(count: number): Promise<void>;
  /** Reports of progress, as many as come, up to one of a revision: how many there are is a matter of time. Only the last is kept. */
  untilProgress(revision: number): Promise<void>;
  /** How the next messages are cut: of each the number of events, and whether more of it follows. */
  cuts(events: number): Promise<void>;
  close(): void;
}

export function openWatchSession(
  client: RawClient,
  metadata: CallOptions['metadata'],
  name: string,
  note: (call: string, message: unknown) => void,
): WatchSession {
  const stream = client.open(WatchDefinition, 'watch', metadata);
  const take = async (): Promise<WatchResponse> => {
    const [message] = await messagesOf(stream, 1);
    if (message === undefined || typeof message === 'string') throw new Error(`${name} ended: ${message}`);
    return message;
  };
  return {
    take,
    create: (fields) => void stream.write({ requestUnion: { $case: 'createRequest', value: watchOf(fields) } }),
    cancel: (watchId) =>
      void stream.write({ requestUnion: { $case: 'cancelRequest', value: { watchId: BigInt(watchId) } } }),
    progress: () => void stream.write({ requestUnion: { $case: 'progressRequest', value: {} } }),
    nothing: () => void stream.write({ requestUnion: undefined }),
    halfClose: () => void stream.end(),
    next: async (count = 1) => {
      for (const message of await messagesOf(stream, count)) note(name, message);
    },
    nextInAnyOrder: async (count) => {
      const messages = await messagesOf(stream, count);
      for (const message of [...messages].sort(byWatcher)) note(name, message);
    },
    events: async (count) => {
      for (let seen = 0; seen < count;) {
        const message = await take();
        if (message.events.length === 0) note(name, message);
        for (const event of message.events.slice(0, count - seen)) note(name, { watchId: message.watchId, event });
        seen += message.events.length;
      }
    },
    untilProgress: async (revision) => {
      for (;;) {
        const message = await take();
        const isReport = message.events.length === 0 && !message.created && !message.canceled;
        if (isReport && Number(message.header?.revision) < revision) continue;
        note(name, message);
        return;
      }
    },
    cuts: async (count) => {
      for (let seen = 0; seen < count;) {
        const message = await take();
        const { header, watchId, events, fragment } = message;
        note(name, { header, watchId, events: events.length, fragment });
        seen += events.length;
      }
    },
    close: () => stream.cancel(),
  };
}

/** Keeps the order of each watcher's messages: the sort is stable. */
function byWatcher(left: WatchResponse | string, right: WatchResponse | string): number {
  if (typeof left === 'string' || typeof right === 'string') return 0;
  return Number(left.watchId - right.watchId);
}
