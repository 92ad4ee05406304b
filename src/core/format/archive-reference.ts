import { assert } from '../assert.ts';
import { archiveReferencesMax } from '../limits.ts';
import type { ArchiveReference, Manifest } from '../types/log.ts';
import { splitKey } from './keys.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { readReferenceBody, referenceBytesMin, writeReferenceBody } from './reference.ts';
import { readSlots, writeSlots } from './slots.ts';
import type { ByteWriter } from './writer.ts';

/** Archives as manifests name them. They are of the database's own home, so that does not stand there. */

const archiveReferenceBytesMin = 2 + referenceBytesMin + 2;

export function writeArchives(writer: ByteWriter, { archives, home, logFloor }: Manifest): void {
  assert(archives.length <= archiveReferencesMax, 'more archives than archiveReferencesMax');
  writer.varint(archives.length);
  archives.forEach((archive, index) => {
    const previous = archives[index - 1];
    assert(splitKey(archive.key).home === home, 'an archive is of its own database');
    assert(archive.lastSlot >= archive.firstSlot, 'an archive has a slot');
    if (previous === undefined) assert(holds(archive, logFloor), 'the first archive holds the floor');
    else assert(archive.firstSlot === previous.lastSlot + 1, 'an archive goes on where the one before it ends');
    assert(archive.indexBytes >= 1 && archive.indexBytes < archive.bytes, 'an index is a part of its archive');
    writeSlots(writer, archive);
    writeReferenceBody(writer, archive, 'archive', archive.firstSlot);
    writer.varint(archive.indexBytes);
    writer.varint(archive.contentBytes);
  });
}

export function readArchives(reader: ByteReader, home: string, logFloor: number): readonly ArchiveReference[] {
  const count = reader.count('archives', archiveReferenceBytesMin, 0, archiveReferencesMax);
  const archives: ArchiveReference[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const { firstSlot, lastSlot } = readSlots(reader);
    const previous = archives.at(-1);
    const expected = previous === undefined ? `slot ${logFloor} in it` : `from slot ${previous.lastSlot + 1} on`;
    const isNext =
      previous === undefined ? holds({ firstSlot, lastSlot }, logFloor) : firstSlot === previous.lastSlot + 1;
    if (!isNext || lastSlot < firstSlot) {
      throw outOfBounds(start, 'slots of an archive', expected, `slots ${firstSlot} to ${lastSlot}`);
    }
    const reference = readReferenceBody(reader, home, 'archive', firstSlot);
    const indexBytes = reader.varint('bytes of the index of an archive', 1, reference.bytes - 1);
    const contentBytes = reader.varint('content bytes of an archive', 1);
    archives.push({ ...reference, firstSlot, lastSlot, indexBytes, contentBytes });
  }
  return archives;
}

function holds({ firstSlot, lastSlot }: Pick<ArchiveReference, 'firstSlot' | 'lastSlot'>, slot: number): boolean {
  return firstSlot <= slot && slot <= lastSlot;
}
