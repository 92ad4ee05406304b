import { createBucketWriter, type BucketWriter, type Pages } from './bucket-writer.ts';
import { encodeEmptyFreelist } from './encode-page.ts';
import { firstPage, pageBytesDefault } from './format.ts';
import { encodeMetaPage, type Meta } from './meta.ts';

/**
 * A whole bbolt file, written from front to back in one go and never gone back to, so that it can be sent while it is made. Its first pages
 * say where its last ones are: the same entries are gone over twice, the first time with the lengths of their values alone.
 */
export interface FilePlan {
  readonly pageBytes: number;
  readonly root: number;
  readonly pages: number;
}

export interface FilePlanner {
  readonly root: BucketWriter;
  plan(): FilePlan;
}

export interface FileWriter {
  readonly root: BucketWriter;
  /** After `root.end()`. */
  end(): void;
}

/** A bbolt of our own time writes its second transaction here, as on every file that it makes. */
const transaction = 2n;

/** The first time. `root.end()`, then `plan()`. */
export function planFile(pageBytes = pageBytesDefault): FilePlanner {
  const { pages, end } = countPages(pageBytes, undefined);
  let root = 0;
  return {
    root: createBucketWriter(pages, false, (ended) => (root = ended.root)),
    plan: () => ({ pageBytes, root, pages: end() }),
  };
}

/** The second time: the same entries, with their values. `emit` is given the whole file in order, in pieces of whole pages. */
export function writeFile(plan: FilePlan, emit: (pages: Uint8Array) => void): FileWriter {
  const { pageBytes } = plan;
  const meta: Meta = {
    pageBytes,
    root: plan.root,
    rootSequence: 0n,
    freelist: firstPage,
    end: plan.pages,
    transaction,
  };
  emit(encodeMetaPage(0, meta));
  emit(encodeMetaPage(1, { ...meta, transaction: transaction - 1n }));
  emit(encodeEmptyFreelist(firstPage, pageBytes));
  const { pages, end } = countPages(pageBytes, emit);
  let root = 0;
  return {
    root: createBucketWriter(pages, false, (ended) => (root = ended.root)),
    end() {
      if (root !== plan.root || end() !== plan.pages) throw new Error('a file is written as it was planned');
    },
  };
}

function countPages(pageBytes: number, emit: Pages['emit']): { readonly pages: Pages; end(): number } {
  let next = firstPage + 1;
  const pages: Pages = {
    pageBytes,
    allocate(count) {
      const number = next;
      next += count;
      return number;
    },
    emit,
  };
  return { pages, end: () => next };
}
