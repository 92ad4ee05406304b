import { decodeCheckpointReference, type DecodedCheckpointReference } from './checkpoint-reference.ts';
import { FormatError, hexOfBytes, type Cursor } from './cursor.ts';
import { decodeHome, decodeSlots, type DecodedSlots } from './reference.ts';

/** What a manifest says of branches: what the database began as, and what it keeps for those that began from it. */

export type DecodedCut =
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'moment'; readonly wallMs: number };

export interface DecodedStretch extends DecodedSlots {
  readonly home: string;
  readonly databaseId: string;
  readonly cut: DecodedCut;
  readonly skippedRevision: number;
}

export interface DecodedBase {
  readonly checkpoint: DecodedCheckpointReference | undefined;
  readonly stretches: readonly DecodedStretch[];
}

export interface DecodedPin extends DecodedSlots {
  readonly id: string;
  readonly name: string;
  readonly createdWallMs: number;
  readonly checkpoint: DecodedCheckpointReference | undefined;
}

export function decodePin(cursor: Cursor): DecodedPin {
  const id = hexOfBytes(cursor.raw(16));
  const name = cursor.text();
  const createdWallMs = cursor.varint();
  const checkpoint = cursor.flag() ? decodeCheckpointReference(cursor) : undefined;
  return { id, name, createdWallMs, checkpoint, ...decodeSlots(cursor) };
}

export function decodeBase(cursor: Cursor): DecodedBase {
  const checkpoint = cursor.flag() ? decodeCheckpointReference(cursor) : undefined;
  const stretches = cursor.list(decodeStretch);
  const first = stretches[0];
  if (first === undefined) throw new FormatError('a base of no stretch');
  if (checkpoint === undefined && first.firstSlot !== 1) throw new FormatError('a base without its beginning');
  return { checkpoint, stretches };
}

function decodeStretch(cursor: Cursor): DecodedStretch {
  const home = decodeHome(cursor);
  const databaseId = hexOfBytes(cursor.raw(16));
  return { home, databaseId, ...decodeSlots(cursor), cut: decodeCut(cursor), skippedRevision: cursor.varint() };
}

function decodeCut(cursor: Cursor): DecodedCut {
  const tag = cursor.u8();
  if (tag === 0) return { kind: 'end' };
  if (tag === 1) return { kind: 'sequence', sequence: cursor.varint() };
  if (tag === 2) return { kind: 'revision', revision: cursor.varint() };
  if (tag === 3) return { kind: 'moment', wallMs: cursor.varint() };
  throw new FormatError(`a cut with tag ${tag}`);
}
