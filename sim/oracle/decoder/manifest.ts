import { decodeBase, decodePin, type DecodedBase, type DecodedPin } from './base.ts';
import { decodeCheckpointReference, type DecodedCheckpointReference } from './checkpoint-reference.ts';
import { atLeastOne, checkAscending } from './checks.ts';
import { FormatError, hexOfBytes, openEnvelope, type Cursor } from './cursor.ts';
import {
  archiveFolder,
  decodeHome,
  decodeReference,
  decodeSlots,
  type DecodedReference,
  type DecodedSlots,
} from './reference.ts';

/** The manifest, read from docs/design/0004-format.md alone. */

export interface DecodedManifest {
  readonly databaseId: string;
  readonly epoch: number;
  readonly generation: number;
  readonly createdWallMs: number;
  readonly logInflightMax: number;
  readonly logFloor: number;
  readonly logCollectedFloor: number;
  readonly archives: readonly DecodedArchiveReference[];
  readonly condemnedSlots: readonly { readonly below: number; readonly wallMs: number }[];
  readonly retention: DecodedRetention;
  readonly checkpoints: readonly DecodedCheckpointReference[];
  readonly condemned: readonly DecodedCondemnedReference[];
  readonly home: string;
  readonly base: DecodedBase | undefined;
  readonly pins: readonly DecodedPin[];
  readonly successor: string | undefined;
  readonly predecessor: string | undefined;
  readonly removed: boolean;
}

export interface DecodedCondemnedReference extends DecodedReference {
  readonly generation: number;
  readonly wallMs: number;
  readonly count: number;
}

export interface DecodedArchiveReference extends DecodedReference, DecodedSlots {
  readonly indexBytes: number;
  readonly contentBytes: number;
}

export type DecodedRetention =
  | { readonly kind: 'for-ever' }
  | { readonly kind: 'age'; readonly milliseconds: number }
  | { readonly kind: 'size'; readonly bytes: number };

export function decodeManifest(bytes: Uint8Array): DecodedManifest {
  const cursor = openEnvelope('T4mf', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const home = decodeHome(cursor);
  const epoch = cursor.varint();
  const generation = cursor.varint();
  const createdWallMs = cursor.varint();
  const logInflightMax = cursor.varint();
  const logFloor = cursor.varint();
  const archives = cursor.list((inner) => decodeArchiveReference(inner, home));
  const logCollectedFloor = cursor.varint();
  const condemnedSlots = cursor.list((inner) => ({ below: inner.varint(), wallMs: inner.varint() }));
  const retention = decodeRetention(cursor);
  const checkpoints = cursor.list(decodeCheckpointReference);
  const condemned = cursor.list(decodeCondemnedReference);
  const pins = cursor.list(decodePin);
  const base = cursor.flag() ? decodeBase(cursor) : undefined;
  const successor = cursor.flag() ? decodeHome(cursor) : undefined;
  const predecessor = cursor.flag() ? decodeHome(cursor) : undefined;
  const removed = cursor.flag();
  cursor.finish();
  if (logInflightMax < 1 || logInflightMax > 64) throw new FormatError(`${logInflightMax} segments in flight`);
  const neededFrom = Math.max(logFloor, (archives.at(-1)?.lastSlot ?? 0) + 1);
  if (logCollectedFloor > neededFrom)
    throw new FormatError(`collected to ${logCollectedFloor}, but needed from ${neededFrom}`);
  checkArchives(archives, logFloor);
  checkCondemnedSlots([logCollectedFloor, ...condemnedSlots.map(({ below }) => below)], neededFrom);
  checkAscending(checkpoints, (left, right) => left.slot < right.slot, 'checkpoints');
  checkAscending(condemned, (left, right) => left.generation <= right.generation, 'condemned lists');
  checkAscending(pins, (left, right) => left.id < right.id, 'pins');
  const log = { logInflightMax, logFloor, logCollectedFloor, archives, condemnedSlots };
  const own = { databaseId, home, epoch, generation, createdWallMs };
  return { ...own, ...log, retention, checkpoints, condemned, base, pins, successor, predecessor, removed };
}

function decodeRetention(cursor: Cursor): DecodedRetention {
  const tag = cursor.u8();
  if (tag === 0) return { kind: 'for-ever' };
  if (tag === 1) return { kind: 'age', milliseconds: cursor.varint() };
  if (tag === 2) return { kind: 'size', bytes: cursor.varint() };
  throw new FormatError(`a retention with tag ${tag}`);
}

function decodeArchiveReference(cursor: Cursor, home: string): DecodedArchiveReference {
  const slots = decodeSlots(cursor);
  const reference = decodeReference(cursor, home, archiveFolder(slots.firstSlot));
  const indexBytes = atLeastOne(cursor, 'bytes of an index');
  if (indexBytes >= reference.bytes) throw new FormatError(`${indexBytes} bytes of index in ${reference.bytes}`);
  return { ...reference, ...slots, indexBytes, contentBytes: atLeastOne(cursor, 'content bytes') };
}

function checkArchives(archives: readonly DecodedArchiveReference[], logFloor: number): void {
  archives.forEach(({ firstSlot, lastSlot }, index) => {
    const before = archives[index - 1];
    const isNext =
      before === undefined ? firstSlot <= logFloor && logFloor <= lastSlot : firstSlot === before.lastSlot + 1;
    if (!isNext || lastSlot < firstSlot) throw new FormatError(`an archive of slots ${firstSlot} to ${lastSlot}`);
  });
}

function checkCondemnedSlots(ascending: readonly number[], neededFrom: number): void {
  checkAscending(ascending, (left, right) => left < right, 'condemned slots');
  if (ascending.length > 1 && ascending.at(-1)! > neededFrom) throw new FormatError('slots are condemned and needed');
}

function decodeCondemnedReference(cursor: Cursor): DecodedCondemnedReference {
  const home = decodeHome(cursor);
  const reference = decodeReference(cursor, home, 'condemned/');
  const generation = cursor.varint();
  const wallMs = cursor.varint();
  return { ...reference, generation, wallMs, count: atLeastOne(cursor, 'keys of a condemned list') };
}
