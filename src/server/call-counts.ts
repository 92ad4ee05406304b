import type { StatusName } from '../core/types/error.ts';
import { DatabaseError } from '../host/database.ts';
import type { CallContext, Method, ResponseStream } from './services/call.ts';

/** What became of calls, by method, whatever transport they came over. Bounded: methods are those that there are. */
export interface MethodCalls {
  readonly service: string;
  readonly method: string;
  readonly type: 'unary' | 'server_stream' | 'bidi_stream';
  readonly started: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** By the name of the status. */
  readonly ended: ReadonlyMap<StatusName | 'OK', number>;
}

export interface CallCounts {
  all(): readonly MethodCalls[];
}

interface Counting extends MethodCalls {
  started: number;
  messagesReceived: number;
  messagesSent: number;
  bytesReceived: number;
  bytesSent: number;
  readonly ended: Map<StatusName | 'OK', number>;
}

const types = { unary: 'unary', 'server-stream': 'server_stream', duplex: 'bidi_stream' } as const;

/** The same methods, and what is counted of them. */
export function countCalls(methods: readonly Method[]): {
  readonly methods: readonly Method[];
  readonly counts: CallCounts;
} {
  const all: Counting[] = [];
  const counted = methods.map((method) => {
    const counting: Counting = {
      ...method.path,
      type: types[method.kind],
      started: 0,
      messagesReceived: 0,
      messagesSent: 0,
      bytesReceived: 0,
      bytesSent: 0,
      ended: new Map(),
    };
    all.push(counting);
    return countedMethod(method, counting);
  });
  return { methods: counted, counts: { all: () => all } };
}

function countedMethod(method: Method, counting: Counting): Method {
  const { path } = method;
  switch (method.kind) {
    case 'unary':
      return {
        kind: 'unary',
        path,
        call: (request, context) => {
          received(counting, request);
          return counted(counting, context, method.call(request, context), (response) => sent(counting, response));
        },
      };
    case 'server-stream':
      return {
        kind: 'server-stream',
        path,
        call: (request, context, responses) => {
          received(counting, request);
          return counted(counting, context, method.call(request, context, countedResponses(responses, counting)));
        },
      };
    case 'duplex':
      return {
        kind: 'duplex',
        path,
        call: (requests, context, responses) =>
          counted(
            counting,
            context,
            method.call(countedRequests(requests, counting), context, countedResponses(responses, counting)),
          ),
      };
  }
}

/** Before whoever waits for it sees that it has ended. */
function counted<Result>(
  counting: Counting,
  { signal }: CallContext,
  call: Promise<Result>,
  succeeded: (result: Result) => void = () => undefined,
): Promise<Result> {
  counting.started += 1;
  call.then(
    (result) => {
      succeeded(result);
      ended(counting, 'OK');
    },
    // A call that was ended from outside ended for that reason, whatever it came to.
    (error: unknown) => ended(counting, statusOf(signal.aborted ? signal.reason : error)),
  );
  return call;
}

function statusOf(error: unknown): StatusName {
  return error instanceof DatabaseError ? error.clientError.status : 'Internal';
}

function ended({ ended }: Counting, status: StatusName | 'OK'): void {
  ended.set(status, (ended.get(status) ?? 0) + 1);
}

function received(counting: Counting, message: Uint8Array): void {
  counting.messagesReceived += 1;
  counting.bytesReceived += message.length;
}

function sent(counting: Counting, message: Uint8Array): void {
  counting.messagesSent += 1;
  counting.bytesSent += message.length;
}

async function* countedRequests(requests: AsyncIterable<Uint8Array>, counting: Counting): AsyncIterable<Uint8Array> {
  for await (const request of requests) {
    received(counting, request);
    yield request;
  }
}

function countedResponses(responses: ResponseStream<Uint8Array>, counting: Counting): ResponseStream<Uint8Array> {
  return {
    write: (response, taken) => {
      sent(counting, response);
      return responses.write(response, taken);
    },
    room: () => responses.room(),
  };
}
