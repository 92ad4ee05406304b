/** Keys of the bucket `key`: revision (8, big-endian), '_', position within it (8), and 't' behind those that are deletions. */
export interface RevisionKey {
  readonly modRevision: number;
  readonly sub: number;
  readonly isTombstone: boolean;
}

export const revisionKeyBytes = 17;
const separator = 0x5f;
const tombstoneMark = 0x74;
/** Higher than a request has operations. */
const subMax = 0xffff_ffff;
/** No etcd comes so far, and what goes on from it can still be counted. */
const revisionMax = 2 ** 52;

export function encodeRevisionKey({ modRevision, sub, isTombstone }: RevisionKey): Uint8Array {
  const key = new Uint8Array(isTombstone ? revisionKeyBytes + 1 : revisionKeyBytes);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, BigInt(modRevision));
  key[8] = separator;
  view.setBigUint64(9, BigInt(sub));
  if (isTombstone) key[revisionKeyBytes] = tombstoneMark;
  return key;
}

/** Undefined: it is none. */
export function decodeRevisionKey(key: Uint8Array): RevisionKey | undefined {
  const isTombstone = key.length === revisionKeyBytes + 1 && key[revisionKeyBytes] === tombstoneMark;
  if ((key.length !== revisionKeyBytes && !isTombstone) || key[8] !== separator) return undefined;
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const modRevision = Number(view.getBigUint64(0));
  const sub = Number(view.getBigUint64(9));
  if (modRevision < 1 || modRevision > revisionMax || sub > subMax) return undefined;
  return { modRevision, sub, isTombstone };
}
