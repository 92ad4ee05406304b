import type { Cut } from '../types/log.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** Where a child leaves its ancestor's log. */

const cutTags = { end: 0, sequence: 1, revision: 2, moment: 3 } as const;

export function writeCut(writer: ByteWriter, cut: Cut): void {
  writer.u8(cutTags[cut.kind]);
  if (cut.kind === 'sequence') writer.varint(cut.sequence);
  if (cut.kind === 'revision') writer.varint(cut.revision);
  if (cut.kind === 'moment') writer.varint(cut.wallMs);
}

export function readCut(reader: ByteReader): Cut {
  const offset = reader.offset;
  const tag = reader.u8('cut');
  switch (tag) {
    case cutTags.end:
      return { kind: 'end' };
    case cutTags.sequence:
      return { kind: 'sequence', sequence: reader.varint('sequence of a cut') };
    case cutTags.revision:
      return { kind: 'revision', revision: reader.varint('revision of a cut') };
    case cutTags.moment:
      return { kind: 'moment', wallMs: reader.varint('moment of a cut') };
    default:
      throw outOfBounds(offset, 'cut', '0 to 3', String(tag));
  }
}
