import type { ResponseHeader as CoreHeader } from '../../core/types/response.ts';
import type { ResponseHeader } from '../generated/etcdserverpb/header.ts';

/** Who answers. Never changes once it is known. */
export interface Identity {
  readonly clusterId: bigint;
  readonly memberId: bigint;
}

/** The database id's first 8 bytes; clients take 0 for "not told". */
export function clusterIdOf(databaseId: Uint8Array): bigint {
  const view = new DataView(databaseId.buffer, databaseId.byteOffset, databaseId.byteLength);
  const id = view.getBigUint64(0);
  return id === 0n ? 1n : id;
}

export function headerOf(identity: Identity, header: CoreHeader): ResponseHeader {
  return {
    clusterId: identity.clusterId,
    memberId: identity.memberId,
    revision: BigInt(header.revision),
    raftTerm: BigInt(header.term),
  };
}
