import type { ByteString, LeaseId } from '../../core/types/bytes.ts';
import type { TxnRequest } from '../../core/types/request.ts';
import { DatabaseError } from '../../host/database.ts';
import {
  type CampaignRequest,
  type CampaignResponse,
  ElectionDefinition,
  type LeaderKey,
  type LeaderResponse,
  type ProclaimRequest,
  type ProclaimResponse,
} from '../generated/v3electionpb/election.ts';
import { byteStringOf, bytesOf, ownBytes } from '../wire/bytes.ts';
import { keyValueOf } from '../wire/kv-response.ts';
import { numberOf } from '../wire/number.ts';
import type { CallContext, Method } from './call.ts';
import { observe } from './concurrency/observe.ts';
import { regardless, whileServing } from './concurrency/lifetime.ts';
import {
  contenderKeyOf,
  firstCreated,
  firstFound,
  get,
  prefixOf,
  put,
  remove,
  wasCreatedAt,
} from './concurrency/operations.ts';
import { sessionLease } from './concurrency/session-lease.ts';
import { unmapped } from './concurrency/unmapped.ts';
import { waitDeletes } from './concurrency/wait-deletes.ts';
import type { CallDatabase, Node } from './node.ts';
import { methodsOf } from './service.ts';

/** Elections as etcd's own clients make them of keys, leases and watches, made here for clients that cannot. */
export function electionMethods(node: Node): readonly Method[] {
  return methodsOf(node, ElectionDefinition, {
    campaign: (request, context) => unmapped(campaign(node, context, request)),
    proclaim: (request, context) => unmapped(proclaim(node, context, request)),
    leader: ({ name }, context) => unmapped(leader(node, context, byteStringOf(name))),
    observe: ({ name }, context, responses) => unmapped(observe(node, context, byteStringOf(name), responses)),
    resign: ({ leader }, context) => unmapped(resign(node, context, leader)),
  });
}

/** A key that somebody stands with. `createRevision` tells it from a later one of the same name. */
interface Candidacy {
  readonly key: ByteString;
  readonly createRevision: number;
  readonly lease: LeaseId;
}

async function campaign(node: Node, context: CallContext, request: CampaignRequest): Promise<CampaignResponse> {
  const name = byteStringOf(request.name);
  const lease = await sessionLease(node.of(context), request.lease);
  const key = contenderKeyOf(name, lease);
  const value = ownBytes(request.value);
  // What this has put has to be known, to be taken away again when the client is gone.
  const { header, response } = await node.of(regardless(context)).request<'txn'>({
    kind: 'txn',
    compare: [wasCreatedAt(key, 0)],
    success: [put(key, value, lease)],
    failure: [get(key)],
  });
  const standing = firstFound(response.responses[0]);
  const candidacy: Candidacy = { key, createRevision: standing?.createRevision ?? header.revision, lease };
  if (standing !== undefined && Buffer.compare(standing.value, value) !== 0) {
    await proclaimOrResign(node, context, candidacy, value);
  }
  await untilElected(node, context, prefixOf(name), candidacy);
  const rev = BigInt(candidacy.createRevision);
  return { header: await node.header(header), leader: { name: request.name, key: bytesOf(key), rev, lease } };
}

async function proclaimOrResign(
  node: Node,
  context: CallContext,
  candidacy: Candidacy,
  value: Uint8Array,
): Promise<void> {
  try {
    await proclaimAs(node, context, candidacy, value);
  } catch (error) {
    await abandon(node, context, candidacy);
    throw error;
  }
}

async function untilElected(node: Node, context: CallContext, prefix: ByteString, candidacy: Candidacy): Promise<void> {
  const waiting = whileServing(context);
  try {
    await waitDeletes(node, waiting, prefix, candidacy.createRevision - 1);
  } catch (error) {
    if (waiting.signal.aborted) await abandon(node, context, candidacy);
    throw error;
  }
}

async function proclaim(node: Node, context: CallContext, request: ProclaimRequest): Promise<ProclaimResponse> {
  const candidacy = await candidacyOf(node.of(context), request.leader);
  const header = await proclaimAs(node, context, candidacy, ownBytes(request.value));
  return { header: await node.header(header) };
}

async function proclaimAs(node: Node, context: CallContext, candidacy: Candidacy, value: Uint8Array) {
  const { key, lease } = candidacy;
  const { header, response } = await node.of(context).request<'txn'>(whileStanding(candidacy, put(key, value, lease)));
  if (!response.succeeded) throw new DatabaseError(notLeader);
  return header;
}

async function leader(node: Node, context: CallContext, name: ByteString): Promise<LeaderResponse> {
  const { header, response } = await node.of(context).request<'range'>(firstCreated(prefixOf(name)));
  const [first] = response.kvs;
  if (first === undefined) throw new DatabaseError(noLeader);
  return { header: await node.header(header), kv: keyValueOf(first) };
}

async function resign(node: Node, context: CallContext, leaderKey: LeaderKey | undefined) {
  const candidacy = await candidacyOf(node.of(context), leaderKey);
  const { header } = await node.of(context).request<'txn'>(whileStanding(candidacy, remove(candidacy.key)));
  return { header: await node.header(header) };
}

/** Nobody waits any more. Where it fails, the lease is what ends the key. */
async function abandon(node: Node, context: CallContext, candidacy: Candidacy): Promise<void> {
  await node
    .of(regardless(context))
    .request<'txn'>(whileStanding(candidacy, remove(candidacy.key)))
    .catch(() => undefined);
}

function whileStanding({ key, createRevision }: Candidacy, then: TxnRequest['success'][number]): TxnRequest {
  return { kind: 'txn', compare: [wasCreatedAt(key, createRevision)], success: [then], failure: [] };
}

async function candidacyOf(database: CallDatabase, leaderKey: LeaderKey | undefined): Promise<Candidacy> {
  if (leaderKey === undefined) throw new DatabaseError(leaderMissing);
  const lease = await sessionLease(database, leaderKey.lease);
  return { key: byteStringOf(leaderKey.key), createRevision: numberOf(leaderKey.rev), lease };
}

const notLeader = { status: 'Unknown', message: 'election: not leader' } as const;
const noLeader = { status: 'Unknown', message: 'election: no leader' } as const;
const leaderMissing = { status: 'Unknown', message: '"leader" field must be provided' } as const;
