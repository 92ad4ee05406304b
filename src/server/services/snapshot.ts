import { createHash } from 'node:crypto';
import { castagnoli } from '../../core/hash/castagnoli.ts';
import { pairsOf, type EtcdContent } from '../../etcd-snapshot/content.ts';
import { bucketNames } from '../../etcd-snapshot/schema/buckets.ts';
import { encodeKeyValue } from '../../etcd-snapshot/schema/key-value.ts';
import { consistentIndexKey, termKey } from '../../etcd-snapshot/schema/meta.ts';
import { keyOf, layOutSnapshot, withValues } from '../../etcd-snapshot/write-snapshot.ts';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError, type DatabaseSnapshot } from '../../host/database.ts';
import type { HashResponse, SnapshotResponse } from '../generated/etcdserverpb/maintenance.ts';
import { snapshotBlobBytes, snapshotStallMsMax } from '../limits.ts';
import { etcdStorageVersion } from '../version.ts';
import { byteStringOf } from '../wire/bytes.ts';
import type { CallContext, ResponseStream } from './call.ts';
import type { Node } from './node.ts';

/**
 * The database as a file of etcd's, in blobs, and last of all the hash of all of them, as etcd sends it. Nothing is stored on the way: memory
 * goes by the number of versions, never by their values. A client that stops reading is given up after a while, for what it holds
 * grows with every compaction.
 */
export async function streamSnapshot(
  node: Node,
  context: CallContext,
  responses: ResponseStream<SnapshotResponse>,
): Promise<void> {
  await withContent(node, context, async (content, snapshot) => {
    const file = await layOutSnapshot(content, context.signal);
    const hash = createHash('sha256');
    let left = file.bytes;
    const send = async (blob: Uint8Array, remaining: number): Promise<void> => {
      const message = { header: undefined, remainingBytes: BigInt(remaining), blob, version: etcdStorageVersion };
      if (!responses.write(message)) await roomInTime(responses);
    };
    for await (const blob of blobsOf(file.pages((versions) => snapshot.read(versions)))) {
      hash.update(blob);
      left -= blob.length;
      await send(blob, left);
      context.signal.throwIfAborted();
    }
    await send(hash.digest(), 0);
  });
}

async function roomInTime(responses: ResponseStream<SnapshotResponse>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new DatabaseError(clientErrors.timeout)), snapshotStallMsMax);
  try {
    await Promise.race([responses.room(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** All of the same size, but the last. */
async function* blobsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let blob = Buffer.allocUnsafe(snapshotBlobBytes);
  let filled = 0;
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + snapshotBlobBytes - filled);
      blob.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < snapshotBlobBytes) break;
      yield blob;
      blob = Buffer.allocUnsafe(snapshotBlobBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield blob.subarray(0, filled);
}

/**
 * etcd's hash of its whole database: CRC-32 (Castagnoli) of each bucket's name, its keys and its values, but for what differs from member to
 * member. So it is the hash of what a snapshot would hold now.
 */
export async function hashDatabase(node: Node, context: CallContext): Promise<HashResponse> {
  return withContent(node, context, async (content, snapshot) => {
    let hash = 0;
    const add = (bytes: Uint8Array): void => void (hash = castagnoli(bytes, hash));
    for (const name of bucketNames) {
      add(Buffer.from(name));
      if (name !== 'key') {
        for (const { key, value } of pairsOf(content, name)) {
          if (name === 'meta' && ofOneMember.has(byteStringOf(key))) continue;
          add(key);
          add(value);
        }
        continue;
      }
      for await (const { versions, values } of withValues(content.versions, (some) => snapshot.read(some))) {
        context.signal.throwIfAborted();
        versions.forEach((version, index) => {
          add(keyOf(version));
          add(encodeKeyValue(version, values[index]!));
        });
      }
    }
    const header = await node.header({ revision: content.revision, term: content.term });
    return { header, hash };
  });
}

const ofOneMember: ReadonlySet<string> = new Set([consistentIndexKey, termKey]);

async function withContent<Result>(
  node: Node,
  context: CallContext,
  use: (content: EtcdContent, snapshot: DatabaseSnapshot) => Promise<Result>,
): Promise<Result> {
  const database = node.of(context);
  const snapshot = await database.openSnapshot();
  try {
    const { response: status } = await database.request<'status'>({ kind: 'status' });
    const { memberId, name, clientUrls } = status.self;
    const { term, sequence } = snapshot;
    const members = [{ id: memberId, name, clientUrls }];
    return await use({ ...snapshot, consistentIndex: Math.max(1, sequence), term, members }, snapshot);
  } finally {
    snapshot.close();
  }
}
