import type { CallContext } from '../call.ts';

/** For what has to be done to its end, or undone, whoever is still there. */
export function regardless(context: CallContext): CallContext {
  return { ...context, signal: neverAborted };
}

const neverAborted = new AbortController().signal;

/** For what waits for other clients: the server does not wait for them when it stops. */
export function whileServing(context: CallContext): CallContext {
  return { ...context, signal: AbortSignal.any([context.signal, context.stopping]) };
}
