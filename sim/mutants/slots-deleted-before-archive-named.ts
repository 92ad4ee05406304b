import * as original from '../../src/core/archive/write-archive.ts';
import { staysForEver } from '../../src/core/collect/stays-for-ever.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { logInflightSegmentsMax } from '../../src/core/limits.ts';
import { deleteObjects } from '../../src/core/store/delete-objects.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/archive/write-archive.ts';

export const mutant: Mutant = {
  name: 'slots-deleted-before-archive-named',
  replaces: 'src/core/archive/write-archive.ts',
  breaks: 'collection',
  description:
    'Deletes the objects of archived slots as soon as the archive is uploaded, before the manifest names it.',
};

export const writeArchive: typeof original.writeArchive = function* (core, databaseId, firstSlot, segments) {
  const archive = yield* original.writeArchive(core, databaseId, firstSlot, segments);
  const slots = segments.map((_, index) => firstSlot + index);
  const fences = new Set(slots.filter((_, index) => segments[index]!.isFence));
  const gone = slots.filter((slot) => !staysForEver(slot, fences, logInflightSegmentsMax));
  yield* deleteObjects(core, gone.map(slotKey));
  return archive;
};
