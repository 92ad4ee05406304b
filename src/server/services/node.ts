import type { Request } from '../../core/types/request.ts';
import type { ResponseHeader as CoreHeader } from '../../core/types/response.ts';
import type { Database, DatabaseAnswer, DatabaseSnapshot, WatchConsumer, WatchStream } from '../../host/database.ts';
import type { ResponseHeader } from '../generated/etcdserverpb/header.ts';
import { clusterIdOf, headerOf, type Identity } from '../wire/header.ts';
import type { CallContext } from './call.ts';

/** What services have of the database: never the database itself, always what the caller of one call may do with it. */
export interface Node {
  /** Everything that a call does with the database goes through here. */
  of(context: CallContext): CallDatabase;
  /** Undefined until the database was found or made. */
  identity(): Promise<Identity | undefined>;
  /** Whether this node leads. */
  leads(): Promise<boolean>;
  /** With cluster, member, term and revision. */
  header(header: CoreHeader): ResponseHeader | Promise<ResponseHeader>;
}

/** The database in the name of a call's caller, and for as long as the call lasts. */
export interface CallDatabase {
  request<Kind extends Request['kind']>(
    request: Extract<Request, { readonly kind: Kind }>,
  ): Promise<DatabaseAnswer<Kind>>;
  openWatch(consumer: WatchConsumer): WatchStream;
  openSnapshot(): Promise<DatabaseSnapshot>;
}

/** Of answers that a node can give before it knows its database: those about its own state. */
const identityUnknown: Identity = { clusterId: 0n, memberId: 0n };

export function createNode(database: Database): Node {
  let known: Identity | undefined;
  async function identity(): Promise<Identity | undefined> {
    if (known !== undefined) return known;
    const { response } = await database.request<'status'>({ kind: 'status' });
    if (response.databaseId === undefined) return undefined;
    known = { clusterId: clusterIdOf(response.databaseId), memberId: response.self.memberId };
    return known;
  }
  return {
    of: ({ signal }) => ({
      request: (request) => database.request(request, signal),
      openWatch: (consumer) => database.openWatch(consumer),
      openSnapshot: () => database.openSnapshot(signal),
    }),
    identity,
    leads: async () => {
      const { response } = await database.request<'status'>({ kind: 'status' });
      return response.role === 'leader';
    },
    header: (header) => {
      if (known !== undefined) return headerOf(known, header);
      return identity().then((identity) => headerOf(identity ?? identityUnknown, header));
    },
  };
}
