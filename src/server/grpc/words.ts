import { type ServerInterceptingCall, type ServerInterceptor, status as codes } from '@grpc/grpc-js';

/**
 * Statuses that the transport sends by itself, in the words of Go's gRPC: clients match on them. Its own are sent through the
 * call's `sendStatus`, below any interceptor, so that this one has to stand there.
 */
export const goWords: ServerInterceptor = (_method, call) => {
  const send = call.sendStatus.bind(call);
  // Success has no words.
  call.sendStatus = (status) =>
    send({ ...status, details: status.code === codes.OK ? '' : goWordsOf(status.details ?? '') });
  return call as ServerInterceptingCall;
};

const tooLong = /^Received message larger than max \((\d+) vs (\d+)\)$/;

export function goWordsOf(details: string): string {
  if (details === 'Deadline exceeded') return 'context deadline exceeded';
  return details.replace(tooLong, 'grpc: received message larger than max ($1 vs. $2)');
}
