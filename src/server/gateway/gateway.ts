import type { DescMethod } from '@bufbuild/protobuf';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientError } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { descriptors } from '../descriptors.ts';
import type { Serving } from '../grpc/calls.ts';
import { type ClientLimits, receiveBytesMaxOf } from '../limits.ts';
import type { CallContext, Method } from '../services/call.ts';
import { answerStream, answerUnary } from './answers.ts';
import { errorBodyOf, httpStatusOf } from './gateway-error.ts';
import { deadlineExceeded, givenTimeOf, type GivenTime } from './grpc-timeout.ts';
import { gatewayPaths } from './paths.ts';

/**
 * etcd's services as JSON over HTTP. Every call goes through the table of methods that gRPC has too, so there is no way around what is
 * checked in it; here is only what a call looks like on the wire.
 */
export interface Gateway {
  /** Everything below it is here. */
  readonly root: string;
  owns(path: string): boolean;
  methodAt(path: string): Method | undefined;
  answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface GatewayOptions extends Serving {
  readonly methods: readonly Method[];
  readonly limits: ClientLimits;
}

export function createGateway(options: GatewayOptions): Gateway {
  const methods = new Map(options.methods.map((method) => [`${method.path.service}/${method.path.method}`, method]));

  function methodAt(path: string): Method | undefined {
    const name = gatewayPaths[path.replaceAll('%2F', '/')];
    return name === undefined ? undefined : methods.get(name);
  }

  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = methodAt(path);
    if (method === undefined) return refuse(request, response, { status: 'NotFound', message: 'Not Found' });
    if (request.method !== 'POST') {
      return refuse(request, response, { status: 'Unimplemented', message: 'Method Not Allowed' });
    }
    const given = givenTimeOf(request.headers);
    if ('status' in given) return refuse(request, response, given);
    if (given.milliseconds < timerMsMin) return refuse(request, response, deadlineExceeded);
    const controller = new AbortController();
    const timer = abortLater(controller, given);
    let answered = false;
    let gone = false;
    response.on('close', () => {
      gone = true;
      if (!answered) controller.abort(canceled);
    });
    const call = {
      path: `/${method.path.service}/${method.path.method}`,
      types: typesOf(method),
      context: contextOf(request, controller.signal, options.stopping),
      request,
      response,
      messageBytesMax: receiveBytesMaxOf(options.limits),
      isGone: () => gone,
    };
    try {
      if (method.kind === 'unary') {
        await answerUnary(call, method.call, options);
      } else {
        options.streams.add(controller);
        await answerStream(call, method, options);
      }
    } finally {
      answered = true;
      clearTimeout(timer);
      options.streams.delete(controller);
    }
  }

  return { root, owns: (path) => path.startsWith(`${root}/`), methodAt, answer };
}

const root = '/v3';

/** What is shorter than a timer goes is over at once. */
const timerMsMin = 1;
/** Node's timers bear no more. */
const timerMsMax = 2_147_483_647;

function abortLater(controller: AbortController, { milliseconds }: GivenTime): NodeJS.Timeout | undefined {
  if (milliseconds > timerMsMax) return undefined;
  return setTimeout(() => controller.abort(new DatabaseError(deadlineExceeded)), milliseconds);
}

export const canceled = new DatabaseError({ status: 'Canceled', message: 'context canceled' });

export function typesOf({ path }: Method): DescMethod {
  const method = descriptors()
    .getService(path.service)
    ?.methods.find(({ name }) => name === path.method);
  if (method === undefined) throw new Error(`the descriptors know no ${path.service}/${path.method}`);
  return method;
}

/** What grpc-gateway hands on: the token, and headers that are meant to be metadata. */
export function contextOf(request: IncomingMessage, signal: AbortSignal, stopping: AbortSignal): CallContext {
  const { socket } = request;
  return {
    signal,
    stopping,
    metadata: (name) => {
      const value = request.headers[name === 'authorization' ? name : `grpc-metadata-${name}`];
      return Array.isArray(value) ? value[0] : value;
    },
    peer: () => ({ address: `${socket.remoteAddress}:${socket.remotePort}`, certificateName: undefined }),
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, error: ClientError): void {
  // Nobody reads what a client may still be sending.
  if (request.httpVersionMajor === 1) response.setHeader('connection', 'close');
  response.writeHead(httpStatusOf(error.status), { 'content-type': 'application/json' });
  response.end(errorBodyOf(error));
}
