import type { Caller } from '../../core/types/auth.ts';
import type { Request } from '../../core/types/request.ts';
import type { ResponseHeader as CoreHeader } from '../../core/types/response.ts';
import type { Database, DatabaseAnswer, DatabaseSnapshot, WatchConsumer } from '../../host/database.ts';
import type { Callers } from '../auth/callers.ts';
import type { ClientLimits } from '../limits.ts';
import type { ResponseHeader } from '../generated/etcdserverpb/header.ts';
import { clusterIdOf, headerOf, type Identity } from '../wire/header.ts';
import type { CallContext } from './call.ts';
import { watchOf, type CalledWatch, type CallWatch } from './call-watch.ts';
import { createLeadOf, type Lead } from './lead.ts';

/** What services have of the database: never the database itself, always what the caller of one call may do with it. */
export interface Node {
  /** Everything that a call does with the database goes through here. */
  of(context: CallContext): CallDatabase;
  /** Rejects with etcd's error for who is not root, where users are told apart. */
  mayAdminister(context: CallContext): Promise<void>;
  /** Undefined until the database was found or made. */
  identity(): Promise<Identity | undefined>;
  /** Who leads, as far as this node knows. */
  lead(): Promise<Lead>;
  /** Whether this node leads. */
  leads(): Promise<boolean>;
  readonly limits: ClientLimits;
  /** With cluster, member, term and revision. */
  header(header: CoreHeader): ResponseHeader | Promise<ResponseHeader>;
}

/** The database in the name of a call's caller, and for as long as the call lasts. */
export interface CallDatabase {
  request<Kind extends CallRequest['kind']>(
    request: Extract<CallRequest, { readonly kind: Kind }>,
  ): Promise<DatabaseAnswer<Kind>>;
  openWatch(consumer: WatchConsumer): CallWatch;
  openSnapshot(): Promise<DatabaseSnapshot>;
}

/** All that a client can ask for, and that the core checks for whoever asks. */
export type CallRequest = Exclude<Request, { readonly kind: 'auth-credentials' }>;

/** The database as calls reach it: who asks has to be said. Without it the core takes the process itself for who asks. */
interface CalledDatabase {
  request<Kind extends Request['kind']>(
    request: Extract<Request, { readonly kind: Kind }>,
    signal: AbortSignal,
    caller: Caller,
  ): Promise<DatabaseAnswer<Kind>>;
  openWatch(consumer: WatchConsumer): CalledWatch;
  openSnapshot(signal: AbortSignal, caller: Caller): Promise<DatabaseSnapshot>;
}

/** Of answers that a node can give before it knows its database: those about its own state. */
const identityUnknown: Identity = { clusterId: 0n, memberId: 0n };

export function createNode(database: Database, callerOf: Callers, limits: ClientLimits): Node {
  let known: Identity | undefined;
  async function identity(): Promise<Identity | undefined> {
    if (known !== undefined) return known;
    const { response } = await database.request<'status'>({ kind: 'status' });
    if (response.databaseId === undefined) return undefined;
    known = { clusterId: clusterIdOf(response.databaseId), memberId: response.self.memberId };
    return known;
  }

  const leadOf = createLeadOf();
  async function lead(): Promise<Lead> {
    return leadOf((await database.request<'status'>({ kind: 'status' })).response);
  }

  const called: CalledDatabase = database;
  function of(context: CallContext): CallDatabase {
    const { signal } = context;
    return {
      request: (request) => {
        const caller = callerOf(context);
        if (!(caller instanceof Promise)) return called.request(request, signal, caller);
        return caller.then((known) => called.request(request, signal, known));
      },
      openWatch: (consumer) => watchOf(called.openWatch(consumer), () => callerOf(context)),
      openSnapshot: async () => called.openSnapshot(signal, await callerOf(context)),
    };
  }

  return {
    of,
    limits,
    // A question that the core answers to nobody else.
    mayAdminister: async (context) => void (await of(context).request<'auth-role-list'>({ kind: 'auth-role-list' })),
    identity,
    lead,
    leads: async () => (await lead()) === 'here',
    header: (header) => {
      if (known !== undefined) return headerOf(known, header);
      return identity().then((identity) => headerOf(identity ?? identityUnknown, header));
    },
  };
}
