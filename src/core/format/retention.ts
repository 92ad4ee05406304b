import type { Retention } from '../types/retention.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** What a database keeps, as its manifest says it. */

const retentionTags = { 'for-ever': 0, age: 1, size: 2 } as const;

export function writeRetention(writer: ByteWriter, retention: Retention): void {
  writer.u8(retentionTags[retention.kind]);
  if (retention.kind === 'age') writer.varint(retention.milliseconds);
  if (retention.kind === 'size') writer.varint(retention.bytes);
}

export function readRetention(reader: ByteReader): Retention {
  const offset = reader.offset;
  const tag = reader.u8('retention');
  switch (tag) {
    case retentionTags['for-ever']:
      return { kind: 'for-ever' };
    case retentionTags.age:
      return { kind: 'age', milliseconds: reader.varint('time of retention') };
    case retentionTags.size:
      return { kind: 'size', bytes: reader.varint('size of retention') };
    default:
      throw outOfBounds(offset, 'retention', '0 to 2', String(tag));
  }
}
