import type { Digest } from '../../ports/digest.ts';
import { memberNameBytesMax } from '../limits.ts';
import type { StandbyNode } from '../types/log.ts';
import { readClientUrls, writeClientUrls } from './client-urls.ts';
import { decoding, type Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readId, writeId } from './hashes.ts';
import { checkDatabaseId, type ExpectedDatabase } from './identity.ts';

/** The bytes of what a node that stands by says of itself, inside the common envelope. */

const capacityBytes = 256;

export function encodeNode(node: StandbyNode, digest: Digest): Uint8Array {
  const writer = beginObject('node', capacityBytes);
  writeId(writer, node.databaseId);
  writer.bigU64(node.memberId);
  writer.varint(node.beat);
  writer.varint(node.intervalMs);
  writer.text(node.name, memberNameBytesMax);
  writeClientUrls(writer, node.clientUrls);
  return endObject(writer, digest);
}

export function decodeNode(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase = {},
): Decoded<StandbyNode> {
  return decoding(key, () => {
    const reader = openObject('node', bytes, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const memberId = reader.bigU64('member');
    const beat = reader.varint('beat');
    const intervalMs = reader.varint('interval');
    const name = reader.text('name', memberNameBytesMax);
    const clientUrls = readClientUrls(reader);
    reader.end();
    return { databaseId, memberId, name, clientUrls, beat, intervalMs };
  });
}
