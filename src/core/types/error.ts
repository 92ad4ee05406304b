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
  badMemberUrls: error('InvalidArgument', 'given member URLs are invalid'),
  userNameEmpty: error('InvalidArgument', 'user name is empty'),
  roleNameEmpty: error('InvalidArgument', 'role name is empty'),
  authFailed: error('InvalidArgument', 'authentication failed, invalid user ID or password'),
  permissionNotGiven: error('InvalidArgument', 'permission not given'),
  invalidAuthManagement: error('InvalidArgument', 'invalid auth management'),
  authOldRevision: error('InvalidArgument', 'revision of auth store is old'),
  wrongDowngradeVersionFormat: error('InvalidArgument', 'wrong downgrade target version format'),
  invalidDowngradeVersion: error('InvalidArgument', 'invalid downgrade target version'),
  leaseNotFound: error('NotFound', 'requested lease not found'),
  memberNotFound: error('NotFound', 'member not found'),
  permissionDenied: error('PermissionDenied', 'permission denied'),
  noSpace: error('ResourceExhausted', 'mvcc: database space exceeded'),
  tooManyRequests: error('ResourceExhausted', 'too many requests'),
  leaseExists: error('FailedPrecondition', 'lease already exists'),
  memberExists: error('FailedPrecondition', 'member ID already exist'),
  peerUrlsExist: error('FailedPrecondition', 'Peer URLs already exists'),
  // Of no code in etcd's table, whatever its list of errors says.
  memberNotEnoughStarted: error('Unknown', 're-configuration failed due to not enough started members'),
  memberNotLearner: error('FailedPrecondition', 'can only promote a learner member'),
  learnerNotReady: error('FailedPrecondition', 'can only promote a learner member which is in sync with leader'),
  tooManyLearners: error('FailedPrecondition', 'too many learner members in cluster'),
  clusterIdMismatch: error('FailedPrecondition', 'cluster ID mismatch'),
  rootUserNotExist: error('FailedPrecondition', 'root user does not exist'),
  rootRoleNotExist: error('FailedPrecondition', 'root user does not have root role'),
  userAlreadyExist: error('FailedPrecondition', 'user name already exists'),
  userNotFound: error('FailedPrecondition', 'user name not found'),
  roleAlreadyExist: error('FailedPrecondition', 'role name already exists'),
  roleNotFound: error('FailedPrecondition', 'role name not found'),
  roleNotGranted: error('FailedPrecondition', 'role is not granted to the user'),
  permissionNotGranted: error('FailedPrecondition', 'permission is not granted to the role'),
  authNotEnabled: error('FailedPrecondition', 'authentication is not enabled'),
  notLeader: error('FailedPrecondition', 'not leader'),
  notCapable: error('FailedPrecondition', 'not capable'),
  notSupportedForLearner: error('FailedPrecondition', 'rpc not supported for learner'),
  badLeaderTransferee: error('FailedPrecondition', 'bad leader transferee'),
  clusterVersionUnavailable: error('FailedPrecondition', 'cluster version not found during downgrade'),
  downgradeInProcess: error('FailedPrecondition', 'cluster has a downgrade job in progress'),
  noInflightDowngrade: error('FailedPrecondition', 'no inflight downgrade job'),
  compacted: error('OutOfRange', 'mvcc: required revision has been compacted'),
  futureRevision: error('OutOfRange', 'mvcc: required revision is a future revision'),
  leaseTtlTooLarge: error('OutOfRange', 'too large lease TTL'),
  noLeader: error('Unavailable', 'no leader'),
  leaderChanged: error('Unavailable', 'leader changed'),
  stopped: error('Unavailable', 'server stopped'),
  timeout: error('Unavailable', 'request timed out'),
  timeoutDueToLeaderFail: error('Unavailable', 'request timed out, possibly due to previous leader failure'),
  timeoutDueToConnectionLost: error('Unavailable', 'request timed out, possibly due to connection lost'),
  timeoutWaitingForAppliedIndex: error('Unavailable', 'request timed out, waiting for the applied index took too long'),
  unhealthy: error('Unavailable', 'unhealthy cluster'),
  corrupt: error('DataLoss', 'corrupt cluster'),
  invalidAuthToken: error('Unauthenticated', 'invalid auth token'),
  unknownMethod: error('Unknown', 'unknown method'),
  watchCanceled: error('Canceled', 'watch canceled'),
  requestCanceled: error('Canceled', 'request canceled'),
} as const satisfies Record<string, ClientError>;

/** In no table of etcd's codes, hence of this status. */
export const leadTransferTimeout = error('Unknown', 'request timed out, leader transfer took too long');

/** Not etcd's, which would leave its files to an older release of itself. */
export const downgradeNotDone = error(
  'Unimplemented',
  'an older etcd cannot read what is in an object store: have it restore a snapshot instead',
);

/** Not etcd's: its members come and go by requests. */
export function membersNotChanged(instead: string): ClientError {
  return error('Unimplemented', `members come and go by starting and stopping nodes: ${instead}`);
}

/** Not etcd's: etcd has no checkpoints. */
export function checkpointFailed(reason: string): ClientError {
  return error('Internal', `checkpoint given up: ${reason}`);
}

/** As Go's gRPC puts an error into words: where etcd has only a text for it. */
export function rpcErrorText({ status, message }: ClientError): string {
  return `rpc error: code = ${status} desc = ${message}`;
}
