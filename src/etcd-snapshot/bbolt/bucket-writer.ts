import { compareBytes } from '../../core/types/bytes.ts';
import { encodeBranch, encodeLeaf, type BranchItem, type LeafItem } from './encode-page.ts';
import { bucketHeaderBytes, elementBytes, elementsPerPageMax, pageHeaderBytes } from './format.ts';

/**
 * Writes a bucket from its entries in order, bottom-up: a leaf goes out when it is full, a branch when its children fill it, so that never
 * more than one page of each level is in memory. A bucket that stays small goes into its parent's leaf.
 */
export interface BucketWriter {
  /** Keys ascend. A number stands for a value of that length, where only the places of pages are asked for. */
  add(key: Uint8Array, value: Uint8Array | number): void;
  /** A bucket below this one: it is to be ended before anything else is added here. */
  bucket(key: Uint8Array): BucketWriter;
  end(): void;
}

/** Where whole pages go; they come in the order of their numbers. */
export interface Pages {
  readonly pageBytes: number;
  /** The next so many pages. */
  allocate(count: number): number;
  /** Undefined: every value is a length. */
  emit: ((page: Uint8Array) => void) | undefined;
}

/** Of a page: what is larger is no inline bucket, in bbolt. */
const inlinePart = 1 / 4;

export interface BucketEnd {
  readonly root: number;
  /** Undefined: it has pages of its own. */
  readonly inline: { readonly items: readonly LeafItem[]; readonly bytes: number } | undefined;
}

export function createBucketWriter(pages: Pages, mayInline: boolean, ended: (end: BucketEnd) => void): BucketWriter {
  const levels: BranchLevel[] = [];
  let leaf: LeafItem[] = [];
  let leafBytes = pageHeaderBytes;
  let wroteLeaf = false;
  let previous: Uint8Array | undefined;

  function addItem(item: LeafItem): void {
    if (previous !== undefined && compareBytes(previous, item.key) >= 0) throw new Error('keys of a bucket ascend');
    previous = item.key;
    const bytes = elementBytes + item.key.length + lengthOf(item.value);
    const isFull = leafBytes + bytes > pages.pageBytes || leaf.length === elementsPerPageMax;
    if (leaf.length > 0 && isFull) flushLeaf();
    leaf.push(item);
    leafBytes += bytes;
  }

  function flushLeaf(): number {
    const count = Math.max(1, Math.ceil(leafBytes / pages.pageBytes));
    const number = pages.allocate(count);
    pages.emit?.(encodeLeaf(number, leaf, pages.pageBytes));
    if (leaf.length > 0) addChild(0, leaf[0]!.key, number);
    leaf = [];
    leafBytes = pageHeaderBytes;
    wroteLeaf = true;
    return number;
  }

  function addChild(depth: number, key: Uint8Array, child: number): void {
    const level = (levels[depth] ??= { children: [], bytes: pageHeaderBytes, wrote: false });
    const bytes = elementBytes + key.length;
    if (level.children.length > 1 && level.bytes + bytes > pages.pageBytes) flushBranch(depth, level);
    level.children.push({ key, child });
    level.bytes += bytes;
  }

  function flushBranch(depth: number, level: BranchLevel): number {
    const number = pages.allocate(Math.ceil(level.bytes / pages.pageBytes));
    pages.emit?.(encodeBranch(number, level.children, pages.pageBytes));
    const { key } = level.children[0]!;
    level.children = [];
    level.bytes = pageHeaderBytes;
    level.wrote = true;
    addChild(depth + 1, key, number);
    return number;
  }

  /** Whatever is left on each level goes out, up to the one that has a single child, which is the root. */
  function root(): number {
    if (leaf.length > 0 || !wroteLeaf) {
      const number = flushLeaf();
      if (levels.length === 0) return number;
    }
    for (let depth = 0; ; depth++) {
      const level = levels[depth]!;
      const isTop = depth === levels.length - 1 && !level.wrote;
      if (isTop && level.children.length === 1) return level.children[0]!.child;
      if (level.children.length > 0) flushBranch(depth, level);
    }
  }

  return {
    add: (key, value) => addItem({ key, value, isBucket: false }),
    bucket: (key) =>
      createBucketWriter(pages, true, (end) => addItem({ key, value: bucketValue(end, pages), isBucket: true })),
    end() {
      const isSmall = leafBytes <= pages.pageBytes * inlinePart && !leaf.some(({ isBucket }) => isBucket);
      if (mayInline && !wroteLeaf && isSmall) ended({ root: 0, inline: { items: leaf, bytes: leafBytes } });
      else ended({ root: root(), inline: undefined });
    },
  };
}

interface BranchLevel {
  children: BranchItem[];
  bytes: number;
  wrote: boolean;
}

function lengthOf(value: Uint8Array | number): number {
  return typeof value === 'number' ? value : value.length;
}

function bucketValue({ root, inline }: BucketEnd, pages: Pages): Uint8Array | number {
  const bytes = bucketHeaderBytes + (inline?.bytes ?? 0);
  if (pages.emit === undefined) return bytes;
  const value = new Uint8Array(bytes);
  new DataView(value.buffer).setBigUint64(0, BigInt(root), true);
  if (inline !== undefined) value.set(encodeLeaf(0, inline.items, inline.bytes), bucketHeaderBytes);
  return value;
}
