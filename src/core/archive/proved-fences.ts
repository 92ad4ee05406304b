import type { Core } from '../core.ts';
import { decodeArchiveIndex } from '../format/archive.ts';
import { describeDamage } from '../format/damage.ts';
import { readRange } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { ArchiveIndex, ArchiveReference, Manifest } from '../types/log.ts';
import { archiveOf, readArchive } from './read-archive.ts';

/**
 * Which slots of archives are fences. An archive that something else is to be deleted for is read whole first: what is damaged or
 * missing stands for nothing, and what it was made of may be all that there is.
 */
export interface ProvedFences {
  /** Reads whole each archive that holds one of the slots. A text says what of them cannot be read. */
  prove(slots: Iterable<number>): Task<string | undefined>;
  /** Of an archive, from its index alone where it is not proved. A text says what cannot be read. */
  fencesIn(archive: ArchiveReference): Task<ReadonlySet<number> | string>;
}

export function createProvedFences(core: Core, { archives, databaseId }: Manifest): ProvedFences {
  const known = new Map<string, ReadonlySet<number>>();

  function* readIndex(reference: ArchiveReference): Task<ArchiveIndex | string> {
    const { key, firstSlot, lastSlot, indexBytes, contentBytes } = reference;
    const bytes = yield* readRange(core, key, { start: 0, end: indexBytes });
    if (bytes === undefined) return `${key} is missing`;
    const expected = { databaseId, firstSlot, lastSlot, contentBytes };
    const index = decodeArchiveIndex(key, bytes, core.digest, expected);
    return index.kind === 'ok' ? index.value : describeDamage(index.damage);
  }

  return {
    *prove(slots) {
      for (const slot of slots) {
        const reference = archiveOf(archives, slot);
        if (reference === undefined || known.has(reference.key)) continue;
        const read = yield* readArchive(core, reference, databaseId);
        if (read.kind !== 'ok') return read.reason;
        known.set(reference.key, fencesOf(read.value.open.index));
      }
      return undefined;
    },
    *fencesIn(archive) {
      const found = known.get(archive.key);
      if (found !== undefined) return found;
      const index = yield* readIndex(archive);
      if (typeof index === 'string') return index;
      const fences = fencesOf(index);
      known.set(archive.key, fences);
      return fences;
    },
  };
}

function fencesOf({ firstSlot, sections }: ArchiveIndex): ReadonlySet<number> {
  const fences = new Set<number>();
  sections.flat().forEach(({ isFence }, place) => isFence && fences.add(firstSlot + place));
  return fences;
}
