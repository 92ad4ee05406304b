import { checkCrc, FormatError, hexOfBytes, openEnvelope } from './cursor.ts';
import { openSection } from './chunk.ts';
import { checkName } from './reference.ts';

/** An archive of the log, read from docs/design/0004-format.md alone: the bytes of consecutive slots. */

export interface DecodedArchive {
  readonly databaseId: string;
  readonly firstSlot: number;
  readonly indexBytes: number;
  readonly segments: readonly ArchivedBytes[];
}

export interface ArchivedBytes {
  readonly isFence: boolean;
  readonly bytes: Uint8Array;
}

/** The content has to have the hash that its name says. The simulator injects no compression, and takes none for right. */
export function decodeArchive(key: string, bytes: Uint8Array): DecodedArchive {
  checkName(key, bytes);
  const cursor = openEnvelope('T4ar', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const firstSlot = cursor.varint();
  const sections = cursor.list(() => cursor.list(() => ({ isFence: cursor.flag(), size: cursor.varint() })));
  const indexEnd = cursor.offset;
  cursor.raw(4);
  checkCrc(bytes, 0, indexEnd);
  if (firstSlot < 1 || sections.length === 0) throw new FormatError('an archive of nothing');
  const segments: ArchivedBytes[] = [];
  for (const section of sections) {
    if (section.length === 0) throw new FormatError('a section of nothing');
    const content = openSection(cursor);
    for (const { isFence, size } of section) {
      if (size === 0) throw new FormatError('a segment of nothing');
      segments.push({ isFence, bytes: content.raw(size) });
    }
    content.finish();
  }
  cursor.finish();
  return { databaseId, firstSlot, indexBytes: indexEnd + 4, segments };
}
