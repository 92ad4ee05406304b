import { DatabaseError } from '../../host/database.ts';
import type { ByteString } from '../../core/types/bytes.ts';
import { LockDefinition, type LockRequest, type LockResponse } from '../generated/v3lockpb/lock.ts';
import { byteStringOf, bytesOf } from '../wire/bytes.ts';
import type { CallContext, Method } from './call.ts';
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
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/** Locks as etcd's own clients make them of keys, leases and watches, made here for clients that cannot. */
export function lockMethods(node: Node): readonly Method[] {
  return methodsOf(node, LockDefinition, {
    lock: (request, context) => unmapped(lock(node, context, request)),
    unlock: (request, context) => unmapped(unlock(node, context, byteStringOf(request.key))),
  });
}

async function lock(node: Node, context: CallContext, request: LockRequest): Promise<LockResponse> {
  const name = byteStringOf(request.name);
  const lease = await sessionLease(node.of(context), request.lease);
  const key = contenderKeyOf(name, lease);
  const owner = firstCreated(prefixOf(name));
  // What this has put has to be known, to be taken away again when the client is gone.
  const { header, response } = await node.of(regardless(context)).request<'txn'>({
    kind: 'txn',
    compare: [wasCreatedAt(key, 0)],
    success: [put(key, noBytes, lease), owner],
    failure: [get(key), owner],
  });
  const [own, first] = response.responses;
  const createRevision = firstFound(own)?.createRevision ?? header.revision;
  if (firstFound(first)?.createRevision === createRevision) {
    if (response.succeeded && context.signal.aborted) await release(node, context, key);
    return { header: await node.header(header), key: bytesOf(key) };
  }
  const waiting = whileServing(context);
  try {
    await waitDeletes(node, waiting, prefixOf(name), createRevision - 1);
    const now = await node.of(waiting).request<'range'>(get(key));
    if (now.response.kvs.length > 0) return { header: await node.header(now.header), key: bytesOf(key) };
  } catch (error) {
    await release(node, context, key);
    throw error;
  }
  throw new DatabaseError({ status: 'Unknown', message: 'mutex: session is expired' });
}

async function unlock(node: Node, context: CallContext, key: ByteString) {
  const { header } = await node.of(context).request<'delete-range'>(remove(key));
  return { header: await node.header(header) };
}

/** Nobody waits any more. Where it fails, the lease is what ends the key. */
async function release(node: Node, context: CallContext, key: ByteString): Promise<void> {
  await node
    .of(regardless(context))
    .request<'delete-range'>(remove(key))
    .catch(() => undefined);
}

const noBytes = new Uint8Array(0);
