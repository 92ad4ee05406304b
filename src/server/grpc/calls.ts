import type { handleBidiStreamingCall, handleServerStreamingCall, handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { PeerCertificate } from 'node:tls';
import { DatabaseError } from '../../host/database.ts';
import type { ServerLog } from '../log.ts';
import type { CallContext, Peer, DuplexCall, ServerStreamCall, UnaryCall } from '../services/call.ts';
import { commonNameOf } from '../tls/peer-certificate.ts';
import { requestsOf } from './requests.ts';
import { createResponses } from './responses.ts';
import { statusOf } from './status.ts';

/** Services' calls as the library's handlers. Messages are bytes on both sides. */

/** What the handlers of one server share. */
export interface Serving {
  readonly log: ServerLog;
  /** Streams under way, to be ended when the server stops: by themselves they never would. */
  readonly streams: Set<AbortController>;
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal;
}

export function unaryHandler(path: string, method: UnaryCall, serving: Serving): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const controller = new AbortController();
    let answered = false;
    // The library also says so after every answer.
    call.on('cancelled', () => {
      if (!answered) controller.abort(canceled);
    });
    const context = contextOf(call, controller.signal, serving);
    method(call.request, context)
      .then(
        (response) => {
          answered = true;
          callback(null, bufferOf(response));
        },
        (error: unknown) => {
          answered = true;
          if (!controller.signal.aborted) callback(statusOf(error, path, serving.log, context));
        },
      )
      .catch((error: unknown) => tellUnanswerable(error, path, serving));
  };
}

export function serverStreamHandler(
  path: string,
  method: ServerStreamCall,
  serving: Serving,
): handleServerStreamingCall<Buffer, Buffer> {
  return (call) => {
    run(path, call, serving, (context) => method(call.request, context, createResponses(call, context.signal))).catch(
      (error: unknown) => tellUnanswerable(error, path, serving),
    );
  };
}

export function duplexHandler(
  path: string,
  method: DuplexCall,
  serving: Serving,
): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    run(path, call, serving, (context) =>
      method(requestsOf(call, context.signal), context, createResponses(call, context.signal)),
    ).catch((error: unknown) => tellUnanswerable(error, path, serving));
  };
}

/** What the library tells of any call. */
interface AnyCall {
  readonly metadata: Metadata;
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: PeerCertificate };
}

interface StreamCall extends AnyCall {
  on(event: 'cancelled', listener: () => void): unknown;
  emit(event: 'error', status: object): boolean;
  end(): void;
}

async function run(
  path: string,
  call: StreamCall,
  serving: Serving,
  method: (context: CallContext) => Promise<void>,
): Promise<void> {
  const { log, streams } = serving;
  const controller = new AbortController();
  let gone = false;
  call.on('cancelled', () => {
    gone = true;
    controller.abort(canceled);
  });
  streams.add(controller);
  const context = contextOf(call, controller.signal, serving);
  try {
    await method(context);
    if (!gone) call.end();
  } catch (error) {
    if (gone) return;
    const { reason } = controller.signal as { readonly reason: unknown };
    call.emit('error', statusOf(reason instanceof DatabaseError ? reason : error, path, log, context));
  } finally {
    streams.delete(controller);
  }
}

/** The library would not take the answer: one call's misfortune, not the process's. */
function tellUnanswerable(error: unknown, path: string, { log }: Serving): void {
  log.error({ error, path }, 'an answer could not be given to the transport');
}

const canceled = new DatabaseError({ status: 'Canceled', message: 'context canceled' });

function contextOf(call: AnyCall, signal: AbortSignal, { stopping }: Serving): CallContext {
  return {
    signal,
    stopping,
    metadata: (name) => {
      const value = call.metadata.get(name)[0];
      return value === undefined || typeof value === 'string' ? value : value.toString('latin1');
    },
    peer: () => peerOf(call),
  };
}

function peerOf(call: AnyCall): Peer {
  const { sslPeerCertificate: certificate } = call.getAuthContext();
  return { address: call.getPeer(), certificateName: commonNameOf(certificate?.subject) };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
