import type { PlainRequest, PlainWatchRequest, PlainWatchResponse } from '../types/plain.ts';
import type { SystemAnswer, SystemEffect, SystemEvent } from '../types/system.ts';

/** The clients that are connected to a process: requests that wait for their answers, and watch streams. Both go with it. */
export interface HostClients {
  /** `call`: its name in the history. */
  request(call: string, request: PlainRequest, done: (answer: SystemAnswer | 'lost') => void): RequestHandle;
  openStream(request: PlainWatchRequest, consumer: StreamConsumer): StreamHandle;
  take(effect: ClientEffect): void;
  /** Name in the history of whom the effect goes to. */
  toward(effect: SystemEffect): string | undefined;
  /** The process died. */
  lose(): void;
  /** The connections break, on both sides. */
  reset(): void;
}

export interface RequestHandle {
  abandon(): void;
}

export interface StreamConsumer {
  /** In the history. */
  readonly stream: string;
  response(response: PlainWatchResponse): void;
  /** `lost`: the process died. */
  end(reason: string): void;
}

export interface StreamHandle {
  consumed(): void;
  progress(): void;
  close(): void;
}

interface WaitingRequest {
  readonly call: string;
  readonly done: (answer: SystemAnswer | 'lost') => void;
}

type ClientEffect = Extract<SystemEffect, { readonly kind: 'answer' | 'watch-response' | 'watch-end' }>;

/** An event before its time is known. */
export type Body = SystemEvent extends infer Event ? (Event extends SystemEvent ? Omit<Event, 'at'> : never) : never;

export function createHostClients(deliver: (body: Body) => void): HostClients {
  /** Ids are never used again, over all lives of the process: whoever holds on to one that is gone does nothing. */
  let nextId = 1;
  let requests = new Map<number, WaitingRequest>();
  let streams = new Map<number, StreamConsumer>();

  return {
    request(call, request, done) {
      const id = nextId++;
      requests.set(id, { call, done });
      deliver({ kind: 'request', id, request });
      return {
        abandon() {
          if (requests.delete(id)) deliver({ kind: 'abandon', id });
        },
      };
    },
    openStream(request, consumer) {
      const stream = nextId++;
      const tell = (body: Body) => {
        if (streams.has(stream)) deliver(body);
      };
      streams.set(stream, consumer);
      deliver({ kind: 'watch-open', stream });
      tell({ kind: 'watch-create', stream, request });
      return {
        consumed: () => tell({ kind: 'watch-consumed', stream, messages: 1 }),
        progress: () => tell({ kind: 'watch-progress', stream }),
        close() {
          tell({ kind: 'watch-close', stream });
          streams.delete(stream);
        },
      };
    },
    take(effect) {
      if (effect.kind === 'answer') {
        const waiting = requests.get(effect.id);
        requests.delete(effect.id);
        waiting?.done(effect.answer);
        return;
      }
      const consumer = streams.get(effect.stream);
      if (effect.kind === 'watch-response') {
        consumer?.response(effect.response);
        return;
      }
      streams.delete(effect.stream);
      consumer?.end(effect.reason);
    },
    toward(effect) {
      if (effect.kind === 'answer') return requests.get(effect.id)?.call;
      if (effect.kind === 'watch-response' || effect.kind === 'watch-end') return streams.get(effect.stream)?.stream;
      return undefined;
    },
    lose() {
      const lostRequests = [...requests.values()];
      const lostStreams = [...streams.values()];
      requests = new Map();
      streams = new Map();
      for (const { done } of lostRequests) done('lost');
      for (const consumer of lostStreams) consumer.end('lost');
    },
    reset() {
      const lostRequests = [...requests];
      const lostStreams = [...streams];
      requests.clear();
      streams.clear();
      for (const [id, { done }] of lostRequests) {
        done('lost');
        deliver({ kind: 'abandon', id });
      }
      for (const [stream, consumer] of lostStreams) {
        consumer.end('lost');
        deliver({ kind: 'watch-close', stream });
      }
    },
  };
}
