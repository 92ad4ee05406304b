import { compareBytes } from '../../core/types/bytes.ts';
import { BboltDamage } from './damage.ts';
import { bucketHeaderBytes, firstPage, pageHeaderBytes } from './format.ts';
import { readMeta, type Meta } from './meta.ts';
import {
  branchElement,
  checkedPage,
  leafElement,
  readPageHeader,
  type LeafElement,
  type Page,
  type PageHeader,
} from './page.ts';
import { createPageSet, type PageSet } from './page-set.ts';
import type { FileSource } from './source.ts';

/**
 * Reads a bbolt file of anybody's. Nothing in it is believed: every page is checked before it is used, none is met twice on one walk, and no
 * more than one page of each level is in memory, with what belongs to it. What can't be read throws `BboltDamage`.
 */
export interface BboltFile {
  readonly source: FileSource;
  readonly meta: Meta;
  readonly root: Bucket;
}

export interface Bucket {
  readonly sequence: bigint;
  /** A page of its own, or one within another bucket's leaf. */
  readonly place: { readonly kind: 'page'; readonly page: number } | { readonly kind: 'inline'; readonly page: Page };
}

export type Entry =
  | {
      readonly kind: 'value';
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      /** In the file. */
      readonly valueOffset: number;
    }
  | { readonly kind: 'bucket'; readonly key: Uint8Array; readonly bucket: Bucket };

/** A hundred children a page and more: what is deeper is no tree of keys. */
const depthMax = 32;
/** Of one page with those that belong to it: a key and its value, or several. */
const pageRunBytesMax = 1024 * 1024 * 1024;

export function openBbolt(source: FileSource): BboltFile {
  const meta = readMeta(source);
  return {
    source,
    meta,
    root: { sequence: meta.rootSequence, place: { kind: 'page', page: meta.root } },
  };
}

interface Level {
  readonly page: Page;
  next: number;
}

/** Ascending by key. Keys and values are views that stay as they are. */
export function* entriesOf(file: BboltFile, bucket: Bucket): Generator<Entry, void> {
  const met = createPageSet(file.meta.end);
  const stack: Level[] = [{ page: rootPageOf(file, bucket, met), next: 0 }];
  let previous: Uint8Array | undefined;
  /** Of the branch's element that led here: the child's first key is not below it. */
  let least: Uint8Array | undefined;
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const { page } = level;
    const index = level.next++;
    if (index === page.count) {
      stack.pop();
      continue;
    }
    if (page.kind === 'branch') {
      const { key, child } = branchElement(page, index);
      if (previous !== undefined && compareBytes(previous, key) >= 0) throw outOfOrder(page, index);
      least = key;
      if (stack.length === depthMax) throw new BboltDamage(page.number, `the tree is deeper than ${depthMax} pages`);
      const next = readPage(file, child, page.number, met);
      if (next.count === 0) throw new BboltDamage(next.number, 'an empty leaf below a branch');
      stack.push({ page: next, next: 0 });
      continue;
    }
    const element = leafElement(page, index);
    const isBelow = least !== undefined && compareBytes(least, element.key) > 0;
    if (isBelow || (previous !== undefined && compareBytes(previous, element.key) >= 0)) throw outOfOrder(page, index);
    previous = element.key;
    least = undefined;
    yield entryOf(page, index, element);
  }
}

/** The bucket of that name directly below; undefined: there is none. */
export function bucketNamed(file: BboltFile, name: string): Bucket | undefined {
  const wanted = new TextEncoder().encode(name);
  for (const entry of entriesOf(file, file.root)) {
    if (entry.kind === 'bucket' && compareBytes(entry.key, wanted) === 0) return entry.bucket;
  }
  return undefined;
}

function outOfOrder(page: Page, index: number): BboltDamage {
  return new BboltDamage(page.number, `the key of element ${index} is not above the one before it`);
}

function entryOf(page: Page, index: number, element: LeafElement): Entry {
  const { key, value, valueOffset } = element;
  if (!element.isBucket) return { kind: 'value', key, value, valueOffset };
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const root = view.getBigUint64(0, true);
  const sequence = view.getBigUint64(8, true);
  if (root !== 0n) return { kind: 'bucket', key, bucket: { sequence, place: placeOf(root, page.number) } };
  const inline = inlinePage(page, index, value.subarray(bucketHeaderBytes), valueOffset + bucketHeaderBytes);
  return { kind: 'bucket', key, bucket: { sequence, place: { kind: 'inline', page: inline } } };
}

function placeOf(root: bigint, parent: number): { readonly kind: 'page'; readonly page: number } {
  if (root > BigInt(Number.MAX_SAFE_INTEGER)) throw new BboltDamage(parent, `names page ${root}, which is none`);
  return { kind: 'page', page: Number(root) };
}

function inlinePage(parent: Page, index: number, bytes: Uint8Array, offset: number): Page {
  if (bytes.length < pageHeaderBytes) {
    throw new BboltDamage(parent.number, `element ${index} is a bucket with a page of ${bytes.length} bytes in it`);
  }
  const page = checkedPage(parent.number, readPageHeader(bytes), bytes, offset);
  if (page.kind === 'leaf') return page;
  throw new BboltDamage(parent.number, `element ${index} is a bucket with a branch in it`);
}

function rootPageOf(file: BboltFile, { place }: Bucket, met: PageSet): Page {
  return place.kind === 'inline' ? place.page : readPage(file, BigInt(place.page), undefined, met);
}

function readPage({ source, meta }: BboltFile, wanted: bigint, parent: number | undefined, met: PageSet): Page {
  const { pageBytes, end } = meta;
  if (wanted < BigInt(firstPage) || wanted >= BigInt(end)) {
    throw new BboltDamage(parent, `page ${wanted} is named, but pages are from ${firstPage} to ${end - 1}`);
  }
  const number = Number(wanted);
  const offset = number * pageBytes;
  const first = source.read(offset, pageBytes);
  const header = readPageHeader(first);
  checkHeader(header, number, meta);
  for (let page = number; page <= number + header.overflow; page++) {
    if (!met.add(page)) throw new BboltDamage(page, 'is reached for the second time: the tree goes in a circle');
  }
  const bytes = header.overflow === 0 ? first : source.read(offset, (header.overflow + 1) * pageBytes);
  return checkedPage(number, header, bytes, offset);
}

function checkHeader(header: PageHeader, number: number, { pageBytes, end }: Meta): void {
  if (header.number !== BigInt(number)) throw new BboltDamage(number, `says that it is page ${header.number}`);
  if (number + header.overflow >= end) {
    throw new BboltDamage(number, `goes on for ${header.overflow} pages, but the file ends with page ${end - 1}`);
  }
  if ((header.overflow + 1) * pageBytes > pageRunBytesMax) {
    throw new BboltDamage(number, `goes on for ${header.overflow} pages, more than ${pageRunBytesMax} bytes`);
  }
}
