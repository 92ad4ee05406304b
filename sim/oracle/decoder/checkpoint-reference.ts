import type { Cursor } from './cursor.ts';
import { checkpointFolder, decodeHome, decodeReference, type DecodedReference } from './reference.ts';

export interface DecodedCheckpointReference extends DecodedReference {
  readonly slot: number;
  readonly sequence: number;
  readonly revision: number;
  readonly epoch: number;
  readonly wallMs: number;
  readonly treeBytes: number;
  readonly historyBytes: number;
}

export function decodeCheckpointReference(cursor: Cursor): DecodedCheckpointReference {
  const home = decodeHome(cursor);
  const slot = cursor.varint();
  const reference = decodeReference(cursor, home, checkpointFolder(slot));
  const sequence = cursor.varint();
  const revision = cursor.varint();
  const epoch = cursor.varint();
  const wallMs = cursor.varint();
  const treeBytes = cursor.varint();
  return { ...reference, slot, sequence, revision, epoch, wallMs, treeBytes, historyBytes: cursor.varint() };
}
