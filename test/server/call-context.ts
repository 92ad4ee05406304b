import type { CallContext } from '../../src/server/services/call.ts';

/** Of a client that sends no metadata, waits for ever, and has no certificate. */
export function contextOfTest(changes: Partial<CallContext> = {}): CallContext {
  return {
    signal: new AbortController().signal,
    stopping: new AbortController().signal,
    metadata: () => undefined,
    peer: () => ({ address: '127.0.0.1:1', certificateName: undefined }),
    ...changes,
  };
}
