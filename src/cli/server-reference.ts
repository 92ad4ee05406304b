/** The running server that a drill holds the recovered state against. */
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { lineIds } from '../core/restore/line-ids.ts';
import { clientErrors } from '../core/types/error.ts';
import { DrillFailure } from '../drill/failure.ts';
import type { Reference, ReferenceHash } from '../drill/reference.ts';
import { RangeRequest, RangeResponse } from '../server/generated/etcdserverpb/kv.ts';
import { HashKVRequest, HashKVResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { clusterIdOf } from '../server/wire/header.ts';
import type { EtcdEndpoint } from './etcd-endpoint.ts';
import { connectNode, type NodeClient } from './node-client.ts';
import { isServiceError } from './service-error.ts';
import type { ToolSession } from './tool-session.ts';

export interface ServerReference extends Reference {
  close(): void;
}

const everything = Buffer.of(0);

/** `timeoutMs` is for each question: a hash takes as long as reading every value does. */
export function serverReference(endpoint: EtcdEndpoint, timeoutMs: number, session: ToolSession): ServerReference {
  const { address } = endpoint;
  const client = connectNode(endpoint);
  let isChecked = false;

  async function hashAt(revision: number, signal: AbortSignal): Promise<ReferenceHash> {
    const request = { revision: BigInt(revision) };
    const answer = await client.call(
      '/etcdserverpb.Maintenance/HashKV',
      HashKVRequest,
      HashKVResponse,
      request,
      Date.now() + timeoutMs,
      signal,
    );
    if (!isChecked) await checkSame(session, address, answer.header?.clusterId);
    isChecked = true;
    // Older servers of etcd's API do not tell of which revision it is.
    const at = Number(answer.hashRevision) || revision || Number(answer.header?.revision);
    const keys = await countKeys(client, at, timeoutMs, signal);
    return {
      kind: 'hash',
      hash: answer.hash,
      revision: at,
      compactRevision: Math.max(0, Number(answer.compactRevision)),
      keys,
    };
  }

  return {
    kind: 'server',
    hashAt: (revision, signal) =>
      hashAt(revision, signal).catch((error: unknown) => {
        if (isCompacted(error)) return { kind: 'compacted' };
        throw isServiceError(error) ? unusable(address, error) : error;
      }),
    close: () => client.close(),
  };
}

/** Undefined: it was compacted since. */
async function countKeys(
  client: NodeClient,
  revision: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const request = RangeRequest.decode(new Uint8Array(0));
  try {
    const { count } = await client.call(
      '/etcdserverpb.KV/Range',
      RangeRequest,
      RangeResponse,
      { ...request, key: everything, rangeEnd: everything, revision: BigInt(revision), countOnly: true },
      Date.now() + timeoutMs,
      signal,
    );
    return Number(count);
  } catch (error) {
    if (isCompacted(error)) return undefined;
    throw error;
  }
}

/** A hash of another database would be held against this one's, and be another one. */
async function checkSame(session: ToolSession, address: string, clusterId: bigint | undefined): Promise<void> {
  const expected = (await session.run(lineIds)).map(clusterIdOf);
  if (clusterId !== undefined && expected.includes(clusterId)) return;
  const known = expected.map((id) => id.toString(16)).join(' or ') || 'any';
  const ids = `cluster ${(clusterId ?? 0n).toString(16)}, not ${known}`;
  throw new DrillFailure('unknown', `the server on ${address} serves another database: ${ids}`);
}

function unusable(address: string, error: ServiceError): DrillFailure {
  const { code, details } = error;
  const hint = code === grpcStatus.UNIMPLEMENTED ? ': it knows no HashKV' : '';
  return new DrillFailure('unknown', `the server on ${address} answered ${grpcStatus[code]}${hint}: ${details}`, error);
}

function isCompacted(error: unknown): boolean {
  return isServiceError(error) && error.details === clientErrors.compacted.message;
}
