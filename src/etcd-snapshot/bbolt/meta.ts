import { BboltDamage } from './damage.ts';
import { fnv1a64 } from './fnv.ts';
import {
  fileVersion,
  magic,
  metaBytes,
  metaCheckedBytes,
  pageBytesMax,
  pageBytesMin,
  pageHeaderBytes,
  pageKinds,
} from './format.ts';
import type { FileSource } from './source.ts';

/** What one of the two meta pages says. The one of the later transaction holds; the other is what was before it. */
export interface Meta {
  readonly pageBytes: number;
  readonly root: number;
  readonly rootSequence: bigint;
  /** Undefined: none is stored. */
  readonly freelist: number | undefined;
  /** Pages from here on are not used. */
  readonly end: number;
  readonly transaction: bigint;
}

const noFreelist = 0xffff_ffff_ffff_ffffn;

export function encodeMetaPage(page: number, meta: Meta): Uint8Array {
  const bytes = new Uint8Array(meta.pageBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(page), true);
  view.setUint16(8, pageKinds.meta, true);
  const at = pageHeaderBytes;
  view.setUint32(at, magic, true);
  view.setUint32(at + 4, fileVersion, true);
  view.setUint32(at + 8, meta.pageBytes, true);
  view.setBigUint64(at + 16, BigInt(meta.root), true);
  view.setBigUint64(at + 24, meta.rootSequence, true);
  view.setBigUint64(at + 32, meta.freelist === undefined ? noFreelist : BigInt(meta.freelist), true);
  view.setBigUint64(at + 40, BigInt(meta.end), true);
  view.setBigUint64(at + 48, meta.transaction, true);
  view.setBigUint64(at + metaCheckedBytes, fnv1a64(bytes.subarray(at, at + metaCheckedBytes)), true);
  return bytes;
}

/** The newest that is whole. Where the first page is damaged, the second is looked for at every size that a page may have. */
export function readMeta(source: FileSource): Meta {
  const first = readMetaAt(source, 0, 0);
  const sizes = typeof first === 'string' ? sizesOfPages() : [first.pageBytes];
  const seconds = sizes.map((pageBytes) => readMetaAt(source, 1, pageBytes));
  const second = seconds.find((found) => typeof found !== 'string');
  const newest = newestOf(typeof first === 'string' ? undefined : first, second);
  if (newest === undefined) throw new BboltDamage(0, `${String(first)}; nor is there a whole page 1`);
  if (newest.end * newest.pageBytes > source.bytes) {
    const wanted = `${newest.end} pages of ${newest.pageBytes} bytes`;
    throw new BboltDamage(undefined, `the file is cut off: it has ${source.bytes} bytes, its meta page says ${wanted}`);
  }
  return newest;
}

function newestOf(first: Meta | undefined, second: Meta | undefined): Meta | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return second.transaction > first.transaction ? second : first;
}

function sizesOfPages(): readonly number[] {
  const sizes: number[] = [];
  for (let size = pageBytesMin; size <= pageBytesMax; size *= 2) sizes.push(size);
  return sizes;
}

/** A text says why there is none. */
function readMetaAt(source: FileSource, page: number, offset: number): Meta | string {
  if (offset + pageHeaderBytes + metaBytes > source.bytes) return `the file has ${source.bytes} bytes`;
  const bytes = source.read(offset, pageHeaderBytes + metaBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + pageHeaderBytes, metaBytes);
  const found = view.getUint32(0, true);
  if (found !== magic) return `no bbolt file: 0x${found.toString(16)} where 0x${magic.toString(16)} should be`;
  const version = view.getUint32(4, true);
  if (version !== fileVersion) return `version ${version} of the format; ${fileVersion} is the one that can be read`;
  const checked = bytes.subarray(pageHeaderBytes, pageHeaderBytes + metaCheckedBytes);
  if (view.getBigUint64(metaCheckedBytes, true) !== fnv1a64(checked)) return 'the checksum of the meta page is wrong';
  const pageBytes = view.getUint32(8, true);
  if (!sizesOfPages().includes(pageBytes)) return `pages of ${pageBytes} bytes`;
  if (page === 1 && pageBytes !== offset) return `pages of ${pageBytes} bytes, but page 1 is at byte ${offset}`;
  const end = view.getBigUint64(40, true);
  const root = view.getBigUint64(16, true);
  const freelist = view.getBigUint64(32, true);
  if (end > BigInt(Number.MAX_SAFE_INTEGER) / BigInt(pageBytesMax)) return `an end at page ${end}`;
  if (root >= end) return `the root is page ${root}, but the file ends with page ${end - 1n}`;
  return {
    pageBytes,
    root: Number(root),
    rootSequence: view.getBigUint64(24, true),
    freelist: freelist < end ? Number(freelist) : undefined,
    end: Number(end),
    transaction: view.getBigUint64(48, true),
  };
}
