import { type ClientDuplexStream, status } from '@grpc/grpc-js';

/** The next messages of a stream; its status where it ends before. */
export function messagesOf<T>(stream: ClientDuplexStream<never, T>, count: number): Promise<readonly (T | string)[]> {
  const messages: (T | string)[] = [];
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => settle(() => reject(new Error(`${messages.length} of ${count} messages came`))),
      messageTimeoutMs,
    );
    const settle = (act: () => void) => {
      clearTimeout(late);
      stream.off('data', onData).off('status', onStatus).pause();
      act();
    };
    const onData = (message: T) => {
      messages.push(message);
      if (messages.length === count) settle(() => resolve(messages));
    };
    const onStatus = ({ code, details }: { readonly code: number; readonly details: string }) =>
      settle(() => resolve([...messages, `${status[code]}: ${details}`]));
    stream.on('data', onData).on('status', onStatus).resume();
  });
}

const messageTimeoutMs = 120_000;
