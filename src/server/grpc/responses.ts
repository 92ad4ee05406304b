import type { ResponseStream } from '../services/call.ts';

/** The writing side of the library's streaming calls. */
interface Outgoing {
  write(message: Buffer, written: (error?: Error | null) => void): boolean;
  once(event: 'drain', listener: () => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
}

export function createResponses(call: Outgoing, signal: AbortSignal): ResponseStream<Uint8Array> {
  return {
    // A message counts as taken when HTTP/2's flow control let it go: a client that does not read holds it back.
    write: (message, taken) =>
      call.write(Buffer.from(message.buffer, message.byteOffset, message.byteLength), (error) => {
        if (!error) taken?.();
      }),
    room: () =>
      new Promise((resolve, reject) => {
        const onDrain = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = () => {
          call.off('drain', onDrain);
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what the call was aborted with
          reject(signal.reason);
        };
        if (signal.aborted) return onAbort();
        call.once('drain', onDrain);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
