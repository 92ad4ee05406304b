/**
 * Errors that a client may see: etcd's own codes and words (`api/v3rpc/rpctypes/error.go`; Go's, Java's and npm's clients match on
 * the text). `status` is the gRPC code's name.
 */
export interface ClientError {
  readonly status: StatusName;
  readonly message: string;
}

export type StatusName =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'OutOfRange'
  | 'Unimplemented'
  | 'Internal'
  | 'Unavailable'
  | 'DataLoss'
  | 'Unauthenticated';

function error(status: StatusName, words: string): ClientError {
  return { status, message: `etcdserver: ${words}` };
}

export const clientErrors = {
  emptyKey: error('InvalidArgument', 'key is not provided'),
  keyNotFound: error('InvalidArgument', 'key not found'),
  valueProvided: error('InvalidArgument', 'value is provided'),
  leaseProvided: error('InvalidArgument', 'lease is provided'),
  tooManyOperations: error('InvalidArgument', 'too many operations in txn request'),
  duplicateKey: error('InvalidArgument', 'duplicate key given in txn request'),
  invalidSortOption: error('InvalidArgument', 'invalid sort option'),
  requestTooLarge: error('InvalidArgument', 'request is too large'),
  invalidClientApiVersion: error('InvalidArgument', 'invalid client api version'),
  compacted: error('OutOfRange', 'mvcc: required revision has been compacted'),
  futureRevision: error('OutOfRange', 'mvcc: required revision is a future revision'),
  leaseNotFound: error('NotFound', 'requested lease not found'),
  leaseExists: error('FailedPrecondition', 'lease already exists'),
  leaseTtlTooLarge: error('OutOfRange', 'too large lease TTL'),
  tooManyRequests: error('ResourceExhausted', 'too many requests'),
  noLeader: error('Unavailable', 'no leader'),
  notLeader: error('FailedPrecondition', 'not leader'),
  leaderChanged: error('Unavailable', 'leader changed'),
  stopped: error('Unavailable', 'server stopped'),
  timeout: error('Unavailable', 'request timed out'),
  corrupt: error('DataLoss', 'corrupt cluster'),
  watchCanceled: error('Canceled', 'watch canceled'),
} as const satisfies Record<string, ClientError>;

/** Not etcd's: etcd has no checkpoints. */
export function checkpointFailed(reason: string): ClientError {
  return error('Internal', `checkpoint given up: ${reason}`);
}
