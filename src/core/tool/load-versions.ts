import { log, type Core } from '../core.ts';
import { readChunk, readPage, type Referenced } from '../store/read-reference.ts';
import { all, type Task } from '../task.ts';
import type { Checkpoint } from '../types/log.ts';
import type { ContentReader } from './content-reader.ts';
import { isWithin, referencesWithin } from './key-span.ts';

const chunksAtOnce = 8;

const pagesAtOnce = 8;

type Unusable = Exclude<Referenced<never>, { readonly kind: 'ok' }>;

/** Gives the reader what it wants of a checkpoint, up to that revision. Something else: an object of it that cannot be used. */
export function* loadVersions(
  core: Core,
  checkpoint: Checkpoint,
  revisionMax: number,
  reader: ContentReader,
): Task<Unusable | undefined> {
  const pages = referencesWithin(reader.span, checkpoint.pages);
  for (let first = 0; first < pages.length; first += pagesAtOnce) {
    const read = yield* all(pages.slice(first, first + pagesAtOnce).map((page) => readPage(core, page)));
    for (const page of read) {
      if (page.kind !== 'ok') return page;
      const chunks = referencesWithin(reader.span, page.value.chunks);
      for (let start = 0; start < chunks.length; start += chunksAtOnce) {
        const contents = yield* all(chunks.slice(start, start + chunksAtOnce).map((chunk) => readChunk(core, chunk)));
        for (const content of contents) {
          if (content.kind !== 'ok') return content;
          for (const version of content.value) {
            if (version.modRevision <= revisionMax && isWithin(reader.span, version.key)) reader.version(version);
          }
        }
      }
    }
    log(core, 'info', 'reading a checkpoint', { pages: first + read.length, of: pages.length });
  }
  return undefined;
}
