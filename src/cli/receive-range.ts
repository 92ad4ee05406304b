/** The content of a running etcd that gives no snapshot: what it answers to whoever may read every key. */
import type { ImportContent } from '../core/import/import-content.ts';
import type { LeaseGrantState } from '../core/types/log.ts';
import { readerOf, type PlacedVersion } from '../etcd-snapshot/import-content.ts';
import type { ScratchFile } from '../etcd-snapshot/scratch-file.ts';
import type { NodeLog } from '../host/node.ts';
import {
  RangeRequest,
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  RangeResponse,
} from '../server/generated/etcdserverpb/kv.ts';
import {
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../server/generated/etcdserverpb/lease.ts';
import type { KeyValue } from '../server/generated/mvccpb/kv.ts';
import { isDenied, type EtcdClient } from './etcd-client.ts';

const keysPerPage = 500;
const zeroByte = Uint8Array.of(0);

/** Every key as it is at one revision, that of the first answer. Nothing before it is known: it counts as compacted. */
export async function receiveRange(client: EtcdClient, scratch: ScratchFile, log: NodeLog): Promise<ImportContent> {
  const found: Omit<PlacedVersion, 'sub'>[] = [];
  let revision = 0n;
  for (let key: Uint8Array = zeroByte, more = true; more;) {
    const page = await client.call('/etcdserverpb.KV/Range', RangeRequest, RangeResponse, pageFrom(key, revision));
    if (revision === 0n) revision = page.header!.revision;
    for (const kv of page.kvs) found.push(placed(kv, scratch));
    log('info', 'reading keys', { keys: found.length, of: found.length + Number(page.count) - page.kvs.length });
    more = page.more;
    key = Buffer.concat([page.kvs.at(-1)?.key ?? zeroByte, zeroByte]);
  }
  const leases = await leasesOf(client, new Set(found.map(({ lease }) => lease)));
  return {
    compactRevision: Number(revision),
    versions: inOrder(found),
    leases,
    auth: { enabled: false, revision: 1, users: [], roles: [] },
    expected: undefined,
    readValue: readerOf(scratch.source()),
  };
}

function pageFrom(key: Uint8Array, revision: bigint): RangeRequest {
  return {
    key,
    rangeEnd: zeroByte,
    limit: BigInt(keysPerPage),
    revision,
    sortOrder: RangeRequest_SortOrder.NONE,
    sortTarget: RangeRequest_SortTarget.KEY,
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0n,
    maxModRevision: 0n,
    minCreateRevision: 0n,
    maxCreateRevision: 0n,
  };
}

function placed(kv: KeyValue, scratch: ScratchFile): Omit<PlacedVersion, 'sub'> {
  return {
    key: Buffer.from(kv.key).toString('latin1'),
    modRevision: Number(kv.modRevision),
    createRevision: Number(kv.createRevision),
    version: Number(kv.version),
    lease: kv.lease,
    valueBytes: kv.value.length,
    value: kv.value.length === 0 ? new Uint8Array(0) : undefined,
    offset: scratch.append(kv.value),
  };
}

/** Where in its revision each was made is not told: those of one revision go by their keys. */
function inOrder(found: readonly Omit<PlacedVersion, 'sub'>[]): readonly PlacedVersion[] {
  const sorted = [...found].sort(
    (left, right) => left.modRevision - right.modRevision || (left.key < right.key ? -1 : 1),
  );
  let sub = 0;
  return sorted.map((version, index) => {
    sub = sorted[index - 1]?.modRevision === version.modRevision ? sub + 1 : 0;
    return { ...version, sub };
  });
}

/** Those that are told, and those that keys hang on. */
async function leasesOf(client: EtcdClient, onKeys: ReadonlySet<bigint>): Promise<readonly LeaseGrantState[]> {
  const ids = new Set([...onKeys, ...(await leaseIdsOf(client))]);
  ids.delete(0n);
  const leases: LeaseGrantState[] = [];
  for (const lease of [...ids].sort((left, right) => (left < right ? -1 : 1))) {
    const request = { ID: lease, keys: false };
    const path = '/etcdserverpb.Lease/LeaseTimeToLive';
    const { grantedTTL, TTL } = await client.call(path, LeaseTimeToLiveRequest, LeaseTimeToLiveResponse, request);
    if (TTL >= 0n && grantedTTL > 0n) leases.push({ lease, ttlSeconds: Number(grantedTTL) });
  }
  return leases;
}

async function leaseIdsOf(client: EtcdClient): Promise<readonly bigint[]> {
  try {
    const path = '/etcdserverpb.Lease/LeaseLeases';
    return (await client.call(path, LeaseLeasesRequest, LeaseLeasesResponse, {})).leases.map(({ ID }) => ID);
  } catch (error) {
    if (isDenied(error)) return [];
    throw error;
  }
}
