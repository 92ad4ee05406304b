import type { Caller } from '../core/types/auth.ts';
import type { ClientError } from '../core/types/error.ts';
import type { ByteString, LeaseId } from '../core/types/bytes.ts';
import type { AuthWriteRequest, Request } from '../core/types/request.ts';
import type {
  AlarmResponse,
  AuthChangedResponse,
  AuthCredentialsResponse,
  AuthRoleGetResponse,
  AuthRoleListResponse,
  AuthStatusResponse,
  AuthUserGetResponse,
  AuthUserListResponse,
  CheckpointResponse,
  CompactResponse,
  DeleteRangeResponse,
  HashKvResponse,
  LeaseGrantResponse,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeResponse,
  LeaseTimeToLiveResponse,
  MembersResponse,
  MoveLeaderResponse,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  SnapshotResponse,
  StatusResponse,
  TxnResponse,
} from '../core/types/response.ts';
import type { Version } from '../core/types/version.ts';
import type { WatchCreateRequest, WatchResponse } from '../core/types/watch.ts';

/** A version with its value read: what a client gets. Tombstones in watch events have an empty value. */
export interface KeyValue extends Omit<Version, 'value'> {
  readonly key: ByteString;
  readonly lease: LeaseId;
  readonly value: Uint8Array;
}

/** The core's answers with every version's value read, but for snapshots, whose values are read by whoever has one. */
export type Resolved<T> = T extends Version
  ? KeyValue
  : T extends SnapshotResponse | Uint8Array | bigint | string | number | boolean | undefined
    ? T
    : T extends readonly (infer Element)[]
      ? readonly Resolved<Element>[]
      : { readonly [Name in keyof T]: Resolved<T[Name]> };

export interface ResponseByKind extends Record<AuthWriteRequest['kind'], AuthChangedResponse> {
  range: RangeResponse;
  put: PutResponse;
  'delete-range': DeleteRangeResponse;
  txn: TxnResponse;
  compact: CompactResponse;
  'lease-grant': LeaseGrantResponse;
  'lease-revoke': LeaseRevokeResponse;
  'lease-keep-alive': LeaseKeepAliveResponse;
  'lease-time-to-live': LeaseTimeToLiveResponse;
  'lease-leases': LeaseLeasesResponse;
  status: StatusResponse;
  members: MembersResponse;
  'move-leader': MoveLeaderResponse;
  checkpoint: CheckpointResponse;
  'hash-kv': HashKvResponse;
  snapshot: SnapshotResponse;
  'auth-status': AuthStatusResponse;
  'auth-user-get': AuthUserGetResponse;
  'auth-user-list': AuthUserListResponse;
  'auth-role-get': AuthRoleGetResponse;
  'auth-role-list': AuthRoleListResponse;
  'auth-credentials': AuthCredentialsResponse;
  alarm: AlarmResponse;
}

export interface DatabaseAnswer<Kind extends Request['kind'] = Request['kind']> {
  readonly header: ResponseHeader;
  readonly response: Resolved<ResponseByKind[Kind]>;
}

/** The node as services, library and command line see it: the core behind its edges. */
export interface Database {
  /**
   * Rejects with a `DatabaseError` that carries etcd's status and words. An aborted `signal` rejects with `Canceled`; what
   * the core had admitted stays admitted. Without a `caller` it is the process itself that asks, and may do everything.
   */
  request<Kind extends Request['kind']>(
    request: Extract<Request, { readonly kind: Kind }>,
    signal?: AbortSignal,
    caller?: Caller,
  ): Promise<DatabaseAnswer<Kind>>;
  openWatch(consumer: WatchConsumer): WatchStream;
  /** Everything of one moment, to be read at leisure: whoever has it closes it. `signal` gives up before it is there. */
  openSnapshot(signal?: AbortSignal, caller?: Caller): Promise<DatabaseSnapshot>;
  /** Gives the lease back and frees everything; resolves when the node has stopped. */
  close(): Promise<void>;
}

export interface DatabaseSnapshot extends Omit<SnapshotResponse, 'kind'> {
  /** Of the reign that took it. */
  readonly term: number;
  /** Values of these of its versions. Rejects with a `DatabaseError` when they cannot be had any more: the node has ceased to lead. */
  read(versions: readonly Version[]): Promise<readonly Uint8Array[]>;
  close(): void;
}

export interface WatchConsumer {
  /** Messages come in order; each has to be acknowledged with `consumed(1)` once it left the consumer's buffer. */
  response(response: Resolved<WatchResponse>): void;
  /** Nothing follows. */
  end(error: ClientError): void;
}

export interface WatchStream {
  create(request: WatchCreateRequest, caller?: Caller): void;
  cancel(watchId: bigint): void;
  progress(): void;
  consumed(messages: number): void;
  close(): void;
}

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly clientError: ClientError;
  constructor(clientError: ClientError) {
    super(clientError.message);
    this.clientError = clientError;
  }
}
