import { clientErrors } from '../../core/types/error.ts';
import type { WatchResponse as CoreWatchResponse } from '../../core/types/watch.ts';
import { DatabaseError, type Resolved } from '../../host/database.ts';
import { WatchDefinition, type WatchRequest, type WatchResponse } from '../generated/etcdserverpb/watch.ts';
import { watchResponsesWaitingMax } from '../limits.ts';
import { watchCreateRequestOf, watchResponseOf } from '../wire/watch.ts';
import type { CallContext, Method, ResponseStream } from './call.ts';
import type { CallWatch } from './call-watch.ts';
import type { Identity } from '../wire/header.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';
import { fragmentsOf } from './watch-fragments.ts';

/**
 * The core decides what is sent and when; here its messages become etcd's, in its order. A message is reported as consumed when its
 * last fragment has left the transport's queue, so that the core never feeds a slow client past its buffer. The client's half-close
 * ends nothing: watchers live until the call ends.
 */
export function watchMethods(node: Node): readonly Method[] {
  return methodsOf(node, WatchDefinition, {
    watch: (requests, context, responses) => watch(node, requests, context, responses),
  });
}

async function watch(
  node: Node,
  requests: AsyncIterable<WatchRequest>,
  context: CallContext,
  responses: ResponseStream<WatchResponse>,
): Promise<void> {
  const identity = await node.identity();
  if (identity === undefined) throw new DatabaseError(clientErrors.noLeader);
  const ending = createEnding(context.signal);
  const sender = createSender(responses, ending.fail);
  const stream = node.of(context).openWatch({
    response: (response) =>
      sender.send(messagesOf(identity, response, node.limits.requestBytesMax), () => stream.consumed(1)),
    end: (error) => void sender.flushed().then(() => ending.fail(new DatabaseError(error))),
  });
  try {
    receive(requests, stream, sender).catch(ending.fail);
    await ending.promise;
  } finally {
    stream.close();
  }
}

function messagesOf(
  identity: Identity,
  response: Resolved<CoreWatchResponse>,
  bytesMax: number,
): readonly WatchResponse[] {
  const message = watchResponseOf(identity, response);
  return response.fragment ? fragmentsOf(message, bytesMax) : [message];
}

/** Who asks without reading the answers is not listened to until they are read. */
async function receive(requests: AsyncIterable<WatchRequest>, stream: CallWatch, sender: Sender): Promise<void> {
  for await (const { requestUnion: request } of requests) {
    if (request?.$case === 'createRequest') await stream.create(watchCreateRequestOf(request.value));
    else if (request?.$case === 'cancelRequest') stream.cancel(request.value.watchId);
    else if (request?.$case === 'progressRequest') stream.progress();
    await sender.room();
  }
}

interface Sender {
  /** `taken` is called when the last of the messages has left the transport's queue. */
  send(messages: readonly WatchResponse[], taken: () => void): void;
  /** Resolves when few enough are waiting; never when the call ends first. */
  room(): Promise<void>;
  /** Resolves when everything sent so far is with the transport. */
  flushed(): Promise<void>;
}

function createSender(responses: ResponseStream<WatchResponse>, fail: (error: unknown) => void): Sender {
  const waiting: { readonly messages: readonly WatchResponse[]; readonly taken: () => void }[] = [];
  let pumping = false;
  let pumped = Promise.resolve();
  let wake = () => {};
  async function pump(): Promise<void> {
    pumping = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (waiting.length <= watchResponsesWaitingMax) wake();
        for (const [index, message] of next.messages.entries()) {
          const taken = index === next.messages.length - 1 ? next.taken : undefined;
          if (!responses.write(message, taken)) await responses.room();
        }
      }
    } finally {
      pumping = false;
    }
  }
  return {
    send: (messages, taken) => {
      waiting.push({ messages, taken });
      if (pumping) return;
      pumped = pump();
      pumped.catch(fail);
    },
    room: async () => {
      if (waiting.length > watchResponsesWaitingMax) await new Promise<void>((resolve) => (wake = resolve));
    },
    flushed: () => pumped.catch(() => {}),
  };
}

interface Ending {
  /** Never resolves: a watch stream ends with an error, or with the call. */
  readonly promise: Promise<never>;
  readonly fail: (error: unknown) => void;
}

function createEnding(signal: AbortSignal): Ending {
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const onAbort = () => {
    const { reason } = signal as { readonly reason: unknown };
    fail(reason instanceof DatabaseError ? reason : new DatabaseError(clientErrors.watchCanceled));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return { promise, fail };
}
