import { bucketFlag, elementBytes, pageHeaderBytes, pageKinds } from './format.ts';

/** The bytes of one page, filled up to whole pages. */

export interface LeafItem {
  readonly key: Uint8Array;
  readonly value: Uint8Array | number;
  readonly isBucket: boolean;
}

export interface BranchItem {
  readonly key: Uint8Array;
  readonly child: number;
}

export function encodeLeaf(number: number, items: readonly LeafItem[], pageBytes: number): Uint8Array {
  let bytes = pageHeaderBytes;
  for (const { key, value } of items) bytes += elementBytes + key.length + contentOf(value).length;
  const page = beginPage(number, pageKinds.leaf, items.length, bytes, pageBytes);
  const view = new DataView(page.buffer);
  let at = pageHeaderBytes;
  let start = pageHeaderBytes + items.length * elementBytes;
  for (const { key, value, isBucket } of items) {
    const content = contentOf(value);
    view.setUint32(at, isBucket ? bucketFlag : 0, true);
    view.setUint32(at + 4, start - at, true);
    view.setUint32(at + 8, key.length, true);
    view.setUint32(at + 12, content.length, true);
    page.set(key, start);
    page.set(content, start + key.length);
    start += key.length + content.length;
    at += elementBytes;
  }
  return page;
}

export function encodeBranch(number: number, items: readonly BranchItem[], pageBytes: number): Uint8Array {
  let bytes = pageHeaderBytes;
  for (const { key } of items) bytes += elementBytes + key.length;
  const page = beginPage(number, pageKinds.branch, items.length, bytes, pageBytes);
  const view = new DataView(page.buffer);
  let at = pageHeaderBytes;
  let start = pageHeaderBytes + items.length * elementBytes;
  for (const { key, child } of items) {
    view.setUint32(at, start - at, true);
    view.setUint32(at + 4, key.length, true);
    view.setBigUint64(at + 8, BigInt(child), true);
    page.set(key, start);
    start += key.length;
    at += elementBytes;
  }
  return page;
}

/** That nothing is free: every page is used. */
export function encodeEmptyFreelist(number: number, pageBytes: number): Uint8Array {
  return beginPage(number, pageKinds.freelist, 0, pageHeaderBytes, pageBytes);
}

function beginPage(number: number, kind: number, count: number, bytes: number, pageBytes: number): Uint8Array {
  const pages = Math.ceil(bytes / pageBytes);
  const page = new Uint8Array(pages * pageBytes);
  const view = new DataView(page.buffer);
  view.setBigUint64(0, BigInt(number), true);
  view.setUint16(8, kind, true);
  view.setUint16(10, count, true);
  view.setUint32(12, pages - 1, true);
  return page;
}

function contentOf(value: Uint8Array | number): Uint8Array {
  if (typeof value === 'number') throw new Error('a page is written with its values, not with their lengths');
  return value;
}
