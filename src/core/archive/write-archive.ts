import type { Core } from '../core.ts';
import { encodeArchiveSection, sealArchive } from '../format/archive.ts';
import { contentHash } from '../format/hashes.ts';
import { archiveKey } from '../format/keys.ts';
import { freshAttempt } from '../store/fresh-attempt.ts';
import { settledPut } from '../store/objects.ts';
import { until, type Task } from '../task.ts';
import type { ArchivedSegment, ArchiveReference } from '../types/log.ts';
import type { SegmentBytes } from './collect-segments.ts';

/** Large enough to compress well, small enough to be opened alone. */
const sectionBytes = 256 * 1024;

/** Uploads an archive that nothing names yet. Undefined: something else is under its name, which no one of ours wrote. */
export function* writeArchive(
  core: Core,
  databaseId: Uint8Array,
  firstSlot: number,
  segments: readonly SegmentBytes[],
): Task<ArchiveReference | undefined> {
  const sections: ArchivedSegment[][] = [];
  const stored: Uint8Array[] = [];
  let contentBytes = 0;
  for (let from = 0; from < segments.length;) {
    const section = segments.slice(from, from + sectionLength(segments, from));
    sections.push(section.map(({ isFence, bytes }) => ({ isFence, bytes: bytes.length })));
    const contents = section.map(({ bytes }) => bytes);
    stored.push(encodeArchiveSection(contents, core.configuration.compression));
    for (const { length } of contents) contentBytes += length;
    from += section.length;
    // Others' events go first: compressing a section takes a while.
    yield* until(core.at.monotonicMs);
  }
  const { bytes: body, indexBytes } = sealArchive({ databaseId, firstSlot, sections }, stored, core.digest);
  const hash = contentHash(body, core.digest);
  const key = archiveKey(core.home, firstSlot, hash, freshAttempt(core));
  const put = yield* settledPut(core, key, body, { kind: 'absent' });
  if (put.kind !== 'ours') return undefined;
  const lastSlot = firstSlot + segments.length - 1;
  return { key, hash, bytes: body.length, firstSlot, lastSlot, indexBytes, contentBytes };
}

function sectionLength(segments: readonly SegmentBytes[], from: number): number {
  let bytes = segments[from]!.bytes.length;
  let length = 1;
  while (from + length < segments.length && bytes + segments[from + length]!.bytes.length <= sectionBytes) {
    bytes += segments[from + length]!.bytes.length;
    length += 1;
  }
  return length;
}
