import { decodeAlarms, decodeAuth, type DecodedAlarm, type DecodedAuth } from './auth.ts';
import { checkCrc, Cursor, FormatError, hexOfBytes, openEnvelope, textOfBytes } from './cursor.ts';
import { sha256 } from './digest.ts';

/** Control, manifest, nodes, condemned list, checkpoint, page and chunk, read from docs/design/0004-format.md alone. Hashes, ids and nonces are hex; leases decimal. */

export interface DecodedControl {
  readonly databaseId: string;
  readonly epoch: number;
  readonly released: boolean;
  /** Of a lease that was given back: whom it is left to. */
  readonly heir: string | undefined;
  readonly leaseMs: number;
  readonly renewal: number;
  readonly rule: 'object' | 'local';
  readonly durableSlot: number;
  readonly inSync: readonly string[];
  readonly leader:
    | {
        readonly memberId: string;
        readonly name: string;
        readonly nonce: string;
        readonly clientUrls: readonly string[];
      }
    | undefined;
}

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

/** `key` from the root of the family's store, with a slash in front. */
export interface DecodedReference {
  readonly key: string;
  readonly hash: string;
  readonly bytes: number;
}

export interface DecodedCondemnedReference extends DecodedReference {
  readonly generation: number;
  readonly wallMs: number;
  readonly count: number;
}

export interface DecodedSlots {
  readonly firstSlot: number;
  readonly lastSlot: number;
}

export interface DecodedArchiveReference extends DecodedReference, DecodedSlots {
  readonly indexBytes: number;
  readonly contentBytes: number;
}

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

export interface DecodedCondemned {
  readonly databaseId: string;
  readonly keys: readonly string[];
}

export interface DecodedCheckpointReference extends DecodedReference {
  readonly slot: number;
  readonly sequence: number;
  readonly revision: number;
  readonly epoch: number;
  readonly wallMs: number;
  readonly treeBytes: number;
  readonly historyBytes: number;
}

export type DecodedRetention =
  | { readonly kind: 'for-ever' }
  | { readonly kind: 'age'; readonly milliseconds: number }
  | { readonly kind: 'size'; readonly bytes: number };

export interface DecodedPosition {
  readonly slot: number;
  readonly segmentHash: string;
  readonly frameHash: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly revision: number;
  readonly compactRevision: number;
}

export interface DecodedCheckpoint {
  readonly databaseId: string;
  readonly position: DecodedPosition;
  readonly wallMs: number;
  readonly leases: readonly { readonly lease: string; readonly ttlSeconds: number }[];
  readonly auth: DecodedAuth;
  readonly alarms: readonly DecodedAlarm[];
  readonly pages: readonly DecodedPageReference[];
}

export interface DecodedPageReference extends DecodedReference {
  readonly firstKey: string;
  readonly chunks: number;
}

export interface DecodedChunkReference extends DecodedReference {
  readonly keysBytes: number;
  readonly firstKey: string;
  readonly continues: boolean;
  readonly versions: number;
}

export interface DecodedChunk {
  readonly versions: readonly DecodedVersion[];
  /** Where the first section and its checksum end. */
  readonly keysBytes: number;
}

/** `version` 0: a tombstone. */
export interface DecodedVersion {
  readonly key: string;
  readonly modRevision: number;
  readonly sub: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: string;
  readonly value: string;
}

const rules = new Map([
  [1, 'object'],
  [2, 'local'],
] as const);

export function decodeControl(bytes: Uint8Array): DecodedControl {
  const cursor = openEnvelope('T4ct', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const epoch = cursor.varint();
  const releasedTag = cursor.u8();
  if (releasedTag > 2) throw new FormatError(`released ${releasedTag}`);
  const heir = releasedTag === 2 ? cursor.id64() : undefined;
  const released = releasedTag > 0;
  const leaseMs = cursor.varint();
  const renewal = cursor.varint();
  const ruleTag = cursor.u8();
  const rule = rules.get(ruleTag as 1 | 2);
  if (rule === undefined) throw new FormatError(`rule ${ruleTag}`);
  const durableSlot = cursor.varint();
  const inSync = cursor.list((inner) => inner.id64());
  const leader = cursor.flag() ? decodeLeader(cursor) : undefined;
  cursor.finish();
  return { databaseId, epoch, released, heir, leaseMs, renewal, rule, durableSlot, inSync, leader };
}

function decodeLeader(cursor: Cursor): NonNullable<DecodedControl['leader']> {
  const memberId = cursor.id64();
  const name = cursor.text();
  const nonce = hexOfBytes(cursor.raw(16));
  return { memberId, name, nonce, clientUrls: cursor.list((inner) => inner.text()) };
}

export interface DecodedNode {
  readonly databaseId: string;
  readonly memberId: string;
  readonly beat: number;
  readonly intervalMs: number;
  readonly name: string;
  readonly clientUrls: readonly string[];
}

/** What a node that stands by says of itself. */
export function decodeNode(bytes: Uint8Array): DecodedNode {
  const cursor = openEnvelope('T4nd', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const memberId = cursor.id64();
  const beat = cursor.varint();
  const intervalMs = cursor.varint();
  const name = cursor.text();
  const clientUrls = cursor.list((inner) => inner.text());
  cursor.finish();
  return { databaseId, memberId, beat, intervalMs, name, clientUrls };
}

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

const homeText = /^(branches\/[a-z0-9][a-z0-9._-]{0,63}\/[0-9a-f]{16}\/)?$/;

export function decodeHome(cursor: Cursor): string {
  const home = cursor.text();
  if (!homeText.test(home)) throw new FormatError(`${JSON.stringify(home)} is no home`);
  return home;
}

/** Hash, attempt and size; `folder` is what the key has between home and hash. */
export function decodeReference(cursor: Cursor, home: string, folder: string): DecodedReference {
  const hash = hexOfBytes(cursor.raw(32));
  const attempt = hexOfBytes(cursor.raw(8));
  return { key: `/${home}${folder}${hash}-${attempt}`, hash, bytes: cursor.varint() };
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

function archiveFolder(slot: number): string {
  return `archives/${String(slot).padStart(20, '0')}-`;
}

function checkpointFolder(slot: number): string {
  return `checkpoints/${String(slot).padStart(20, '0')}-`;
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

function decodeCondemnedReference(cursor: Cursor): DecodedCondemnedReference {
  const home = decodeHome(cursor);
  const reference = decodeReference(cursor, home, 'condemned/');
  const generation = cursor.varint();
  const wallMs = cursor.varint();
  return { ...reference, generation, wallMs, count: atLeastOne(cursor, 'keys of a condemned list') };
}

function decodePin(cursor: Cursor): DecodedPin {
  const id = hexOfBytes(cursor.raw(16));
  const name = cursor.text();
  const createdWallMs = cursor.varint();
  const checkpoint = cursor.flag() ? decodeCheckpointReference(cursor) : undefined;
  return { id, name, createdWallMs, checkpoint, ...decodeSlots(cursor) };
}

function decodeBase(cursor: Cursor): DecodedBase {
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

function decodeSlots(cursor: Cursor): DecodedSlots {
  const firstSlot = atLeastOne(cursor, 'first slot');
  const lastSlot = cursor.varint();
  if (lastSlot < firstSlot - 1) throw new FormatError(`slots ${firstSlot} to ${lastSlot}`);
  return { firstSlot, lastSlot };
}

function decodeCut(cursor: Cursor): DecodedCut {
  const tag = cursor.u8();
  if (tag === 0) return { kind: 'end' };
  if (tag === 1) return { kind: 'sequence', sequence: cursor.varint() };
  if (tag === 2) return { kind: 'revision', revision: cursor.varint() };
  if (tag === 3) return { kind: 'moment', wallMs: cursor.varint() };
  throw new FormatError(`a cut with tag ${tag}`);
}

/** The homes that what is read by `read` may refer to, each of which it has to. */
function withHomes<Result>(cursor: Cursor, read: (homeOf: () => string) => Result): Result {
  const homes = cursor.list(decodeHome);
  checkAscending(homes, (left, right) => left < right, 'homes');
  const unused = new Set(homes);
  const result = read(() => {
    const index = cursor.varint();
    const home = homes[index];
    if (home === undefined) throw new FormatError(`home ${index} of ${homes.length}`);
    unused.delete(home);
    return home;
  });
  if (unused.size > 0) throw new FormatError(`homes that nothing is in: ${[...unused].join(' ')}`);
  return result;
}

/** The content has to have the hash that its name says. */
export function decodeCondemned(key: string, bytes: Uint8Array): DecodedCondemned {
  checkName(key, bytes);
  const cursor = openEnvelope('T4cd', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const keys = withHomes(cursor, (homeOf) => cursor.list(() => decodeCondemnedKey(cursor, homeOf)));
  cursor.finish();
  if (keys.length === 0) throw new FormatError('a condemned list of no keys');
  checkAscending(keys, (left, right) => left < right, 'condemned keys');
  return { databaseId, keys };
}

const foldersOfTags = new Map([
  [1, 'chunks/'],
  [2, 'pages/'],
  [4, 'condemned/'],
]);

function decodeCondemnedKey(cursor: Cursor, homeOf: () => string): string {
  const tag = cursor.u8();
  const home = homeOf();
  const folder = folderOf(tag, cursor);
  if (folder === undefined) throw new FormatError(`a condemned key with tag ${tag}`);
  return `/${home}${folder}${hexOfBytes(cursor.raw(32))}-${hexOfBytes(cursor.raw(8))}`;
}

function folderOf(tag: number, cursor: Cursor): string | undefined {
  if (tag === 3) return checkpointFolder(cursor.varint());
  return tag === 5 ? archiveFolder(atLeastOne(cursor, 'first slot')) : foldersOfTags.get(tag);
}

function atLeastOne(cursor: Cursor, what: string): number {
  const value = cursor.varint();
  if (value < 1) throw new FormatError(`${what}: 0`);
  return value;
}

/** The content has to have the hash that its name says. */
export function decodeCheckpoint(key: string, bytes: Uint8Array): DecodedCheckpoint {
  checkName(key, bytes);
  const cursor = openEnvelope('T4cp', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const position = decodePosition(cursor);
  const wallMs = cursor.varint();
  const leases = cursor.list((inner) => ({ lease: inner.lease(), ttlSeconds: inner.varint() }));
  checkAscending(leases, (left, right) => BigInt(left.lease) < BigInt(right.lease), 'leases');
  const auth = decodeAuth(cursor);
  const alarms = decodeAlarms(cursor);
  const pages = withHomes(cursor, (homeOf) => {
    let previousKey = '';
    return cursor.list(() => {
      const page = decodePageReference(cursor, homeOf(), previousKey);
      previousKey = page.firstKey;
      return page;
    });
  });
  checkAscending(pages, (left, right) => left.firstKey <= right.firstKey, 'pages');
  cursor.finish();
  return { databaseId, position, wallMs, leases, auth, alarms, pages };
}

export function decodePosition(cursor: Cursor): DecodedPosition {
  const slot = cursor.varint();
  const segmentHash = hexOfBytes(cursor.raw(32));
  const frameHash = hexOfBytes(cursor.raw(32));
  const epoch = cursor.varint();
  const sequence = cursor.varint();
  const revision = cursor.varint();
  const compactRevision = cursor.varint();
  if (compactRevision > revision) throw new FormatError(`compacted at ${compactRevision}, beyond revision ${revision}`);
  return { slot, segmentHash, frameHash, epoch, sequence, revision, compactRevision };
}

function decodePageReference(cursor: Cursor, home: string, previousKey: string): DecodedPageReference {
  const reference = decodeReference(cursor, home, 'pages/');
  const firstKey = decodeSharedKey(cursor, previousKey);
  return { ...reference, firstKey, chunks: atLeastOne(cursor, 'chunks of a page') };
}

/** The content has to have the hash that its name says. */
export function decodePage(key: string, bytes: Uint8Array): readonly DecodedChunkReference[] {
  checkName(key, bytes);
  const cursor = openEnvelope('T4pg', bytes);
  const chunks = withHomes(cursor, (homeOf) => {
    let previousKey = '';
    return cursor.list(() => {
      const chunk = decodeChunkReference(cursor, homeOf(), previousKey);
      previousKey = chunk.firstKey;
      return chunk;
    });
  });
  cursor.finish();
  if (chunks.length === 0) throw new FormatError('a page of no chunks');
  checkAscending(chunks, chunkFollows, 'chunks');
  return chunks;
}

/** Chunks of one page, or of two after each other. */
export function chunkFollows(previous: DecodedChunkReference, next: DecodedChunkReference): boolean {
  return previous.firstKey < next.firstKey || (next.continues && previous.firstKey === next.firstKey);
}

function decodeChunkReference(cursor: Cursor, home: string, previousKey: string): DecodedChunkReference {
  const reference = decodeReference(cursor, home, 'chunks/');
  const keysBytes = atLeastOne(cursor, 'bytes of keys');
  if (keysBytes >= reference.bytes) throw new FormatError(`${keysBytes} bytes of keys in ${reference.bytes}`);
  const firstKey = decodeSharedKey(cursor, previousKey);
  const continues = cursor.flag();
  return { ...reference, keysBytes, firstKey, continues, versions: atLeastOne(cursor, 'versions of a chunk') };
}

/** The content has to have the hash that its name says. The simulator injects no compression, and takes none for right. */
export function decodeChunk(key: string, bytes: Uint8Array): DecodedChunk {
  checkName(key, bytes);
  const cursor = openEnvelope('T4ck', bytes);
  const keys = openSection(cursor);
  const keysEnd = cursor.offset;
  cursor.raw(4);
  checkCrc(bytes, 0, keysEnd);
  const values = openSection(cursor);
  cursor.finish();
  let previousKey = '';
  const versions = keys.list(() => {
    const version = decodeVersion(keys, values, previousKey);
    previousKey = version.key;
    return version;
  });
  keys.finish();
  values.finish();
  if (versions.length === 0) throw new FormatError('a chunk without a version');
  checkAscending(versions, isBefore, 'versions');
  return { versions, keysBytes: keysEnd + 4 };
}

export function openSection(cursor: Cursor): Cursor {
  const codec = cursor.u8();
  if (codec !== 0) throw new FormatError(`codec ${codec}`);
  const size = cursor.varint();
  const stored = cursor.varint();
  if (stored !== size) throw new FormatError(`a section of ${size} bytes in ${stored}`);
  const start = cursor.offset;
  cursor.raw(size);
  return new Cursor(cursor.bytes, start, start + size);
}

/** Strictly, by key, revision and sub. */
export function isBefore(left: DecodedVersion, right: DecodedVersion): boolean {
  if (left.key !== right.key) return left.key < right.key;
  if (left.modRevision !== right.modRevision) return left.modRevision < right.modRevision;
  return left.sub < right.sub;
}

function decodeSharedKey(cursor: Cursor, previousKey: string): string {
  const shared = cursor.varint();
  const rest = cursor.byteString();
  if (shared > previousKey.length)
    throw new FormatError(`${shared} bytes are shared with a key of ${previousKey.length}`);
  const canShareMore = shared < previousKey.length && rest.length > 0 && previousKey[shared] === rest[0];
  if (canShareMore) throw new FormatError('a key shares less than it could');
  return previousKey.slice(0, shared) + rest;
}

function decodeVersion(cursor: Cursor, values: Cursor, previousKey: string): DecodedVersion {
  const tag = cursor.u8();
  if (tag > 2) throw new FormatError(`a version with tag ${tag}`);
  const key = decodeSharedKey(cursor, previousKey);
  const modRevision = cursor.varint();
  const sub = cursor.varint();
  if (modRevision < 1) throw new FormatError('a version of revision 0');
  if (tag === 0) return { key, modRevision, sub, createRevision: 0, version: 0, lease: '0', value: '' };
  const createRevision = cursor.varint();
  const version = cursor.varint();
  const lease = tag === 2 ? cursor.lease() : '0';
  if (createRevision < 1 || createRevision > modRevision || version < 1) {
    throw new FormatError(`a version ${version}, created at ${createRevision}, put at ${modRevision}`);
  }
  const value = textOfBytes(values.raw(cursor.varint()));
  return { key, modRevision, sub, createRevision, version, lease, value };
}

/** `…<hash>-<attempt>` */
export function checkName(key: string, bytes: Uint8Array): void {
  const hash = hexOfBytes(sha256(bytes));
  if (key.slice(-81, -17) !== hash) throw new FormatError(`the content has hash ${hash}`);
}

function checkAscending<Item>(
  items: readonly Item[],
  isBelow: (left: Item, right: Item) => boolean,
  what: string,
): void {
  for (let index = 1; index < items.length; index++) {
    if (!isBelow(items[index - 1]!, items[index]!)) throw new FormatError(`${what} do not ascend`);
  }
}
