/** The reading side of the library's streaming calls. */
interface Incoming {
  on(event: 'data', listener: (message: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/**
 * A client's messages, read one at a time and only when the last was used. Ends with the client's side; throws when the call is over.
 * Node's own iterator would destroy the call together with the status that is to be sent.
 */
export async function* requestsOf(call: Incoming, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const waiting: Buffer[] = [];
  let ended = false;
  let wake = () => {};
  call.on('data', (message) => {
    waiting.push(message);
    call.pause();
    wake();
  });
  call.on('end', () => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  for (;;) {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
    signal.throwIfAborted();
    if (ended) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      call.resume();
    });
  }
}
