import type { Caller } from '../../src/core/types/auth.ts';
import type { Request, TxnRequest } from '../../src/core/types/request.ts';
import type { StatusResponse } from '../../src/core/types/response.ts';
import type { WatchCreateRequest, WatchResponse } from '../../src/core/types/watch.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import type {
  Database,
  DatabaseAnswer,
  KeyValue,
  Resolved,
  ResponseByKind,
  WatchConsumer,
} from '../../src/host/database.ts';
import { DatabaseError } from '../../src/host/database.ts';

/** A database that answers what a test tells it to and remembers what it was asked. */
export interface FakeDatabase extends Database {
  readonly requests: readonly Request[];
  readonly signals: readonly (AbortSignal | undefined)[];
  /** Who asked, in the order of `requests`. */
  readonly callers: readonly (Caller | undefined)[];
  readonly watches: readonly FakeWatch[];
  status: StatusResponse;
  /** Answers to come for requests of a kind: the last one stays. */
  answer<Kind extends Request['kind']>(kind: Kind, ...answers: readonly Scripted<Kind>[]): void;
}

export type Scripted<Kind extends Request['kind']> =
  | Resolved<ResponseByKind[Kind]>
  | Error
  | ((
      request: Extract<Request, { kind: Kind }>,
      signal: AbortSignal | undefined,
    ) => Promise<Resolved<ResponseByKind[Kind]>>);

export interface FakeWatch {
  readonly consumer: WatchConsumer;
  readonly created: WatchCreateRequest[];
  readonly callers: (Caller | undefined)[];
  readonly canceled: bigint[];
  progressRequests: number;
  consumed: number;
  closed: boolean;
}

export const fakeHeader = { revision: 41, term: 7 };

export const leader = { memberId: 0xfedcba9876543210n, name: 'one', clientUrls: ['http://127.0.0.1:2379'] };

export const leadingStatus: StatusResponse = {
  kind: 'status',
  role: 'leader',
  leader,
  self: leader,
  databaseId: Uint8Array.from({ length: 16 }, (_, index) => 0xf0 + index),
  epoch: 7,
  revision: 41,
  compactRevision: 0,
  sequence: 99,
  slot: 12,
  bytesTotal: 4_000,
  bytesInUse: 3_000,
  keys: 2,
  versions: 3,
  leases: 0,
  watchers: 0,
  alarms: [],
  quotaBackendBytes: 0,
  checkpointSlot: 0,
  loading: undefined,
  keeping: undefined,
  checked: undefined,
  ready: true,
  problems: [],
};

export const clusterIdText = String(0xf0f1f2f3f4f5f6f7n);
export const memberIdText = String(leader.memberId);

export function createFakeDatabase(): FakeDatabase {
  const requests: Request[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const watches: FakeWatch[] = [];
  const callers: (Caller | undefined)[] = [];
  const scripts = new Map<string, Scripted<Request['kind']>[]>();
  const fake: FakeDatabase = {
    requests,
    signals,
    callers,
    watches,
    status: leadingStatus,
    answer: (kind, ...answers) => void scripts.set(kind, answers as Scripted<Request['kind']>[]),
    request: async <Kind extends Request['kind']>(
      request: Extract<Request, { kind: Kind }>,
      signal?: AbortSignal,
      caller?: Caller,
    ): Promise<DatabaseAnswer<Kind>> => {
      if (request.kind === 'status' && !scripts.has('status')) {
        return { header: fakeHeader, response: fake.status } as unknown as DatabaseAnswer<Kind>;
      }
      // Everybody may do everything, unless a test says otherwise.
      if (request.kind === 'auth-role-list' && !scripts.has('auth-role-list')) {
        return {
          header: fakeHeader,
          response: { kind: 'auth-role-list', roles: [] },
        } as unknown as DatabaseAnswer<Kind>;
      }
      requests.push(request);
      signals.push(signal);
      callers.push(caller);
      const answers = scripts.get(request.kind) ?? [];
      const scripted = answers.length > 1 ? answers.shift() : answers[0];
      if (scripted === undefined) throw new Error(`the test has no answer for ${request.kind}`);
      if (scripted instanceof Error) throw scripted;
      const response = typeof scripted === 'function' ? await scripted(request, signal) : scripted;
      return { header: fakeHeader, response } as DatabaseAnswer<Kind>;
    },
    openWatch: (consumer) => {
      const watch: FakeWatch = {
        consumer,
        created: [],
        callers: [],
        canceled: [],
        progressRequests: 0,
        consumed: 0,
        closed: false,
      };
      watches.push(watch);
      return {
        create: (request, caller) => {
          watch.created.push(request);
          watch.callers.push(caller);
        },
        cancel: (watchId) => void watch.canceled.push(watchId),
        progress: () => void watch.progressRequests++,
        consumed: (messages) => void (watch.consumed += messages),
        close: () => void (watch.closed = true),
      };
    },
    openSnapshot: () => Promise.reject(new Error('the test has no snapshot')),
    close: () => Promise.resolve(),
  };
  return fake;
}

export function keyValue(key: string, fields: Partial<KeyValue> = {}): KeyValue {
  const value = fields.value ?? Uint8Array.of(1, 2, 3);
  return {
    key,
    modRevision: 40,
    sub: 0,
    createRevision: 30,
    version: 5,
    lease: 0n,
    valueBytes: value.length,
    ...fields,
    value,
  };
}

export function watchResponse(fields: Partial<Resolved<WatchResponse>> = {}): Resolved<WatchResponse> {
  return {
    watchId: 0n,
    revision: 41,
    term: 7,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: '',
    fragment: false,
    events: [],
    ...fields,
  };
}

/** Never answers by itself: until the caller gives up. */
export function untilAborted(_request: unknown, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => reject(new DatabaseError(clientErrors.watchCanceled));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function txnOf(request: Request | undefined): TxnRequest {
  if (request?.kind !== 'txn') throw new Error(`not a transaction: ${request?.kind}`);
  return request;
}
