import { type ServiceError, status } from '@grpc/grpc-js';
import { AuthDefinition } from '../../../src/server/generated/etcdserverpb/auth.ts';
import { ClusterDefinition } from '../../../src/server/generated/etcdserverpb/cluster.ts';
import {
  type DeleteRangeRequest,
  KVDefinition,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from '../../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../../src/server/generated/etcdserverpb/maintenance.ts';
import type { ServiceDefinition } from '../../../src/server/services/service.ts';
import { deleteOf, type Loose, messageOf, putOf, rangeOf, txnOf } from './message.ts';
import { messagesOf } from './messages.ts';
import { type Plain, plainOf } from './plain.ts';
import { type CallOptions, methodOf, type RawClient, type RequestOf } from './raw-client.ts';
import { openWatchSession, type WatchSession } from './watch-session.ts';

/** One call and its answer, or one message of a stream. */
export interface Entry {
  readonly call: string;
  readonly answer: Plain;
}

export interface SessionOptions {
  /** Fields that are compared only as to whether they say anything. */
  readonly exclude: readonly string[];
  /** The store's revision when the program starts. */
  readonly base: number;
}

/**
 * What a program does to one server, and everything that came back, in the order of the program. A refusal is an answer like
 * any other: its code and its words.
 */
export interface Session {
  readonly base: number;
  /** Of the server, for further connections. */
  readonly address: string;
  readonly transcript: readonly Entry[];
  /** Any call of any service: what is not given is what the wire leaves out. */
  call<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    method: N,
    fields?: Loose<RequestOf<D['methods'][N]>>,
  ): Promise<Plain>;
  /** The same, and its answer is not noted. */
  ask: Session['call'];
  /** A token of a user; undefined where the password is refused, which is an answer. */
  login(name: string, password: string): Promise<string | undefined>;
  /** The same program's calls with a token, or with any metadata. */
  as(metadata: string | CallOptions['metadata']): Session;
  range(fields: Loose<RangeRequest>): Promise<Plain>;
  put(key: string, value?: string, fields?: Loose<PutRequest>): Promise<Plain>;
  /** Many versions of one key; answers are not kept. */
  fill(key: string, puts: number, value?: string): Promise<void>;
  /** Puts a key; answers its revision, which is all that is kept. */
  touch(key: string): Promise<number>;
  /** Puts a key and deletes it again; answers the revision of the delete, which is all that is kept. */
  mark(key: string): Promise<number>;
  delete(fields: Loose<DeleteRangeRequest>): Promise<Plain>;
  txn(fields: Partial<TxnRequest>): Promise<Plain>;
  compact(revision: number, physical?: boolean): Promise<Plain>;
  grant(id: number | bigint, ttlSeconds: number | bigint): Promise<Plain>;
  revoke(id: number | bigint): Promise<Plain>;
  timeToLive(id: number | bigint, keys?: boolean): Promise<Plain>;
  /** The lease's keys alone, sorted: neither order nor time is promised. */
  timeToLiveOf(id: number | bigint): Promise<Plain>;
  leases(): Promise<Plain>;
  /** All sent at once, as many answers awaited. */
  keepAlive(...ids: readonly (number | bigint)[]): Promise<void>;
  /** Who answers: the one thing that no answer shows. */
  memberId(): Promise<bigint>;
  memberList(): Promise<Plain>;
  status(): Promise<Plain>;
  /** Bytes as a request, to any path; of the answer only its status is kept. */
  bytes(
    label: string,
    path: string,
    request: Uint8Array,
    options?: CallOptions,
    refusal?: (words: string) => string,
  ): Promise<Plain>;
  watch(): WatchSession;
  /** A stream of any service. */
  open<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    method: N,
  ): StreamSession<RequestOf<D['methods'][N]>>;
  /** Nothing that came so far is compared: it is compared elsewhere. */
  forget(): void;
  /** What came back in another way. */
  note(call: string, answer: unknown): Plain;
  close(): void;
}

/** Messages count from when they are awaited. The end of the stream is one. */
export interface StreamSession<Request> {
  send(...requests: readonly Loose<Request>[]): void;
  halfClose(): void;
  next(count?: number): Promise<void>;
}

export function openSession(client: RawClient, { exclude, base }: SessionOptions): Session {
  const excluded = new Set(exclude);
  const transcript: Entry[] = [];
  const closers: (() => void)[] = [];

  function note(call: string, answer: Plain): Plain {
    transcript.push({ call, answer });
    return answer;
  }

  async function answerOf(call: string, answer: Promise<unknown>): Promise<Plain> {
    try {
      return note(call, plainOf(await answer, excluded));
    } catch (error) {
      return note(call, refusalOf(error));
    }
  }

  return sessionWith({});

  function sessionWith(metadata: NonNullable<CallOptions['metadata']>): Session {
    const unary: Session['call'] = (service, method, fields) => {
      const { name, requestType } = methodOf(service, method);
      const request = messageOf(requestType, fields ?? {}) as never;
      return answerOf(`${name} ${textOf(request)}`, client.call(service, method, request, { metadata }));
    };
    const ask: Session['call'] = async (service, method, fields) => {
      const request = messageOf(methodOf(service, method).requestType, fields ?? {}) as never;
      return client.call(service, method, request, { metadata }).then((answer) => plainOf(answer, excluded), refusalOf);
    };
    return {
      base,
      address: client.address,
      transcript,
      call: unary,
      ask,
      login: async (name, password) => {
        try {
          const { token } = await client.call(AuthDefinition, 'authenticate', { name, password });
          note(`login ${name}`, token === '' ? 'no token' : 'ok');
          return token;
        } catch (error) {
          note(`login ${name}`, refusalOf(error));
          return undefined;
        }
      },
      as: (given) => sessionWith(typeof given === 'string' ? { token: given } : (given ?? {})),
      range: (fields) => unary(KVDefinition, 'range', rangeOf(fields)),
      put: (key, value = '', fields = {}) => unary(KVDefinition, 'put', putOf({ key, value, ...fields })),
      fill: async (key, puts, value = '') => {
        for (let done = 0; done < puts; done++) {
          await client.call(KVDefinition, 'put', putOf({ key, value }), { metadata });
        }
      },
      touch: async (key) => {
        const { header } = await client.call(KVDefinition, 'put', putOf({ key }), { metadata });
        const revision = Number(header?.revision);
        note('touch', revision);
        return revision;
      },
      mark: async (key) => {
        await client.call(KVDefinition, 'put', putOf({ key }), { metadata });
        const { header } = await client.call(KVDefinition, 'deleteRange', deleteOf({ key }), { metadata });
        const revision = Number(header?.revision);
        note('mark', revision);
        return revision;
      },
      delete: (fields) => unary(KVDefinition, 'deleteRange', deleteOf(fields)),
      txn: (fields) => unary(KVDefinition, 'txn', txnOf(fields)),
      compact: (revision, physical = false) => unary(KVDefinition, 'compact', { revision: BigInt(revision), physical }),
      grant: (id, ttl) => unary(LeaseDefinition, 'leaseGrant', { ID: BigInt(id), TTL: BigInt(ttl) }),
      revoke: (id) => unary(LeaseDefinition, 'leaseRevoke', { ID: BigInt(id) }),
      timeToLive: (id, keys = false) => unary(LeaseDefinition, 'leaseTimeToLive', { ID: BigInt(id), keys }),
      timeToLiveOf: async (id) => {
        const request = { ID: BigInt(id), keys: true };
        const answer = client.call(LeaseDefinition, 'leaseTimeToLive', request, { metadata });
        return answerOf(
          `keys of lease ${id}`,
          answer.then(({ keys }) => keys.map((key) => Buffer.from(key).toString('latin1')).sort()),
        );
      },
      leases: () => unary(LeaseDefinition, 'leaseLeases', {}),
      keepAlive: async (...ids) => {
        const stream = client.open(LeaseDefinition, 'leaseKeepAlive', metadata);
        for (const ID of ids) stream.write({ ID: BigInt(ID) });
        for (const answer of await messagesOf(stream, ids.length)) note('LeaseKeepAlive', plainOf(answer, excluded));
        stream.cancel();
      },
      memberId: async () => {
        const { header } = await client.call(MaintenanceDefinition, 'status', {}, { metadata });
        return header?.memberId ?? 0n;
      },
      memberList: () => unary(ClusterDefinition, 'memberList', { linearizable: false }),
      status: () => unary(MaintenanceDefinition, 'status', {}),
      bytes: async (label, path, request, options, refusal = (words) => words) => {
        try {
          await client.callBytes(path, request, { metadata, ...options });
          return note(label, 'ok');
        } catch (error) {
          return note(label, refusal(refusalOf(error)));
        }
      },
      watch: () => {
        const watch = openWatchSession(client, metadata, `watch ${closers.length}`, (call, message) => {
          note(call, plainOf(message, excluded));
        });
        closers.push(() => watch.close());
        return watch;
      },
      open: (service, method) => {
        const { name, requestType } = methodOf(service, method);
        const stream = client.open(service, method, metadata);
        closers.push(() => stream.cancel());
        return {
          send: (...requests) => {
            for (const fields of requests) stream.write(messageOf(requestType, fields as object) as never);
          },
          halfClose: () => stream.end(),
          next: async (count = 1) => {
            for (const message of await messagesOf(stream, count)) note(name, plainOf(message, excluded));
          },
        };
      },
      forget: () => void transcript.splice(0),
      note: (call, answer) => note(call, plainOf(answer, excluded)),
      close: () => {
        for (const close of closers) close();
      },
    };
  }
}

export function refusalOf(error: unknown): string {
  const { code, details } = error as Partial<ServiceError>;
  if (code === undefined) throw error;
  return `${status[code]}: ${details}`;
}

/** A short form of a request, for transcripts. */
export function textOf(request: object): string {
  const fields = Object.entries(request).filter(([, value]) => isSaid(value));
  return JSON.stringify(plainOf(Object.fromEntries(fields), new Set())).slice(0, 300);
}

function isSaid(value: unknown): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== 0n && value !== 0;
}
