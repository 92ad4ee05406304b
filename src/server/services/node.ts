import type { ResponseHeader as CoreHeader } from '../../core/types/response.ts';
import type { Database } from '../../host/database.ts';
import type { ResponseHeader } from '../generated/etcdserverpb/header.ts';
import { clusterIdOf, headerOf, type Identity } from '../wire/header.ts';

/** The database together with what every answer says of it. */
export interface Node {
  readonly database: Database;
  /** Undefined until the database was found or made. */
  identity(): Promise<Identity | undefined>;
  /** With cluster, member, term and revision. */
  header(header: CoreHeader): ResponseHeader | Promise<ResponseHeader>;
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
    database,
    identity,
    header: (header) => {
      if (known !== undefined) return headerOf(known, header);
      return identity().then((identity) => headerOf(identity ?? identityUnknown, header));
    },
  };
}
