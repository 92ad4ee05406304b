import { BboltDamage } from './damage.ts';
import { bucketFlag, bucketHeaderBytes, elementBytes, pageHeaderBytes, pageKinds } from './format.ts';

/** A leaf or a branch page as bytes, every element of which is checked before it is used: what points outside is damage. */
export interface Page {
  /** For words: an inline bucket's page has the number of the page that it lies in. */
  readonly number: number;
  readonly kind: 'leaf' | 'branch';
  readonly count: number;
  /** With the pages that belong to it. */
  readonly bytes: Uint8Array;
  /** Where its first byte is in the file. */
  readonly offset: number;
}

export interface PageHeader {
  readonly number: bigint;
  readonly kind: number;
  readonly count: number;
  readonly overflow: number;
}

export function readPageHeader(bytes: Uint8Array): PageHeader {
  const view = viewOf(bytes);
  return {
    number: view.getBigUint64(0, true),
    kind: view.getUint16(8, true),
    count: view.getUint16(10, true),
    overflow: view.getUint32(12, true),
  };
}

export function checkedPage(number: number, header: PageHeader, bytes: Uint8Array, offset: number): Page {
  const { kind, count } = header;
  if (kind !== pageKinds.leaf && kind !== pageKinds.branch) {
    throw new BboltDamage(number, `a leaf or a branch should be here, not a page of kind 0x${kind.toString(16)}`);
  }
  if (pageHeaderBytes + count * elementBytes > bytes.length) {
    throw new BboltDamage(number, `${count} elements do not fit ${bytes.length} bytes`);
  }
  if (kind === pageKinds.branch && count === 0) throw new BboltDamage(number, 'a branch without children');
  return { number, kind: kind === pageKinds.leaf ? 'leaf' : 'branch', count, bytes, offset };
}

export interface LeafElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly isBucket: boolean;
  /** Where the value's first byte is in the file. */
  readonly valueOffset: number;
}

/** Views into the page. */
export function leafElement(page: Page, index: number): LeafElement {
  const view = viewOf(page.bytes);
  const at = pageHeaderBytes + index * elementBytes;
  const flags = view.getUint32(at, true);
  if (flags !== 0 && flags !== bucketFlag) throw new BboltDamage(page.number, `element ${index} has flags ${flags}`);
  const start = at + view.getUint32(at + 4, true);
  const keyBytes = view.getUint32(at + 8, true);
  const valueBytes = view.getUint32(at + 12, true);
  const key = piece(page, index, start, keyBytes, 'key');
  if (keyBytes === 0) throw new BboltDamage(page.number, `element ${index} has an empty key`);
  const value = piece(page, index, start + keyBytes, valueBytes, 'value');
  const isBucket = flags === bucketFlag;
  if (isBucket && valueBytes < bucketHeaderBytes) {
    throw new BboltDamage(page.number, `element ${index} is a bucket of ${valueBytes} bytes`);
  }
  return { key, value, isBucket, valueOffset: page.offset + start + keyBytes };
}

export interface BranchElement {
  readonly key: Uint8Array;
  readonly child: bigint;
}

export function branchElement(page: Page, index: number): BranchElement {
  const view = viewOf(page.bytes);
  const at = pageHeaderBytes + index * elementBytes;
  const start = at + view.getUint32(at, true);
  const key = piece(page, index, start, view.getUint32(at + 4, true), 'key');
  return { key, child: view.getBigUint64(at + 8, true) };
}

function piece(page: Page, index: number, start: number, length: number, what: string): Uint8Array {
  const first = pageHeaderBytes + page.count * elementBytes;
  if (start >= first && start + length <= page.bytes.length) return page.bytes.subarray(start, start + length);
  throw new BboltDamage(
    page.number,
    `the ${what} of element ${index} is at byte ${start} and has ${length}, outside of the page's ${page.bytes.length}`,
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
