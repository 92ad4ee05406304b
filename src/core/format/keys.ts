import { assert } from '../assert.ts';
import { hexOf } from '../types/bytes.ts';

/**
 * The names of objects in the store. Those that there is one of, and slots, are relative to their database's home; those that other
 * databases of the family may use are absolute: from the family's root, with a slash in front. Slots sort as numbers: 20 digits each.
 *
 * What reads a key takes it in any form: relative, absolute, below a branch's home.
 */

export const controlKey = 'control';
export const manifestKey = 'manifest';
export const logPrefix = 'log/';
export const chunkPrefix = 'chunks/';
export const pagePrefix = 'pages/';
export const checkpointPrefix = 'checkpoints/';
export const archivePrefix = 'archives/';
export const condemnedPrefix = 'condemned/';
export const branchPrefix = 'branches/';
/** What nodes that stand by say of themselves. */
export const nodePrefix = 'nodes/';
/** Scratch objects of the start-up probe of the store's conditions: of no meaning afterwards. */
export const probePrefix = 'probe/';

export type ObjectKeyKind =
  'control' | 'manifest' | 'segment' | 'archive' | 'checkpoint' | 'page' | 'chunk' | 'condemned' | 'node' | 'probe';

/** Kinds whose objects are named by content and attempt. */
export type NamedKind = 'archive' | 'checkpoint' | 'page' | 'chunk' | 'condemned';

/** What the key of such an object is made of. */
export interface ObjectName {
  readonly home: string;
  readonly kind: NamedKind;
  /** Of a checkpoint, or the first of an archive; 0 for other kinds. */
  readonly slot: number;
  readonly hash: Uint8Array;
  readonly attempt: Uint8Array;
}

/** Random bytes in the name of an object, so that no name is used twice. */
export const attemptBytes = 8;

const nameHashBytes = 32;
const slotDigits = 20;
const memberDigits = 16;
const branchName = '[a-z0-9][a-z0-9._-]{0,63}';
const branchNamePattern = new RegExp(`^${branchName}$`);
const branchHome = `branches/${branchName}/[0-9a-f]{16}/`;
const homePattern = new RegExp(`^(?:${branchHome})?$`);
const splitPattern = new RegExp(`^/?((?:${branchHome})?)(.*)$`, 's');
const slotPattern = /^log\/([0-9]{20})$/;
const nodePattern = /^nodes\/[0-9a-f]{16}$/;
const namePattern =
  /^(?:(chunks|pages|condemned)\/|(checkpoints|archives)\/([0-9]{20})-)([0-9a-f]{64})-([0-9a-f]{16})$/;
const kindsOfFolders = new Map<string | undefined, NamedKind>([
  ['chunks', 'chunk'],
  ['pages', 'page'],
  ['condemned', 'condemned'],
  ['checkpoints', 'checkpoint'],
  ['archives', 'archive'],
]);

export function slotKey(slot: number): string {
  return logPrefix + digitsOf(slot);
}

/** By the member: a node that lost its disk is another one. */
export function nodeKey(memberId: bigint): string {
  return nodePrefix + memberId.toString(16).padStart(memberDigits, '0');
}

/** Undefined when the key is no slot's. */
export function slotOfKey(key: string): number | undefined {
  const slot = numberOf(slotPattern.exec(splitKey(key).rest)?.[1]);
  return slot === 0 ? undefined : slot;
}

export function chunkKey(home: string, hash: Uint8Array, attempt: Uint8Array): string {
  return absoluteKey(home, chunkPrefix, hash, attempt);
}

export function pageKey(home: string, hash: Uint8Array, attempt: Uint8Array): string {
  return absoluteKey(home, pagePrefix, hash, attempt);
}

export function checkpointKey(home: string, slot: number, hash: Uint8Array, attempt: Uint8Array): string {
  return absoluteKey(home, `${checkpointPrefix}${digitsOf(slot)}-`, hash, attempt);
}

export function archiveKey(home: string, firstSlot: number, hash: Uint8Array, attempt: Uint8Array): string {
  return absoluteKey(home, `${archivePrefix}${digitsOf(firstSlot)}-`, hash, attempt);
}

export function condemnedKey(home: string, hash: Uint8Array, attempt: Uint8Array): string {
  return absoluteKey(home, condemnedPrefix, hash, attempt);
}

export function keyOfName({ home, kind, slot, hash, attempt }: ObjectName): string {
  switch (kind) {
    case 'chunk':
      return chunkKey(home, hash, attempt);
    case 'page':
      return pageKey(home, hash, attempt);
    case 'condemned':
      return condemnedKey(home, hash, attempt);
    case 'checkpoint':
      return checkpointKey(home, slot, hash, attempt);
    case 'archive':
      return archiveKey(home, slot, hash, attempt);
  }
}

/** Undefined when the key is not one of a kind that is named by its content. */
export function nameOfKey(key: string): ObjectName | undefined {
  const { home, rest } = splitKey(key);
  const match = namePattern.exec(rest);
  if (match === null) return undefined;
  const kind = kindsOfFolders.get(match[1] ?? match[2])!;
  const slot = match[3] === undefined ? 0 : numberOf(match[3]);
  if (slot === undefined || (slot === 0 && kind === 'archive')) return undefined;
  return { home, kind, slot, hash: bytesOfHex(match[4]!), attempt: bytesOfHex(match[5]!) };
}

/** Undefined when the key is no checkpoint's. */
export function slotOfCheckpointKey(key: string): number | undefined {
  const name = nameOfKey(key);
  return name?.kind === 'checkpoint' ? name.slot : undefined;
}

/** The hash, in hex, that the content of a content-addressed object has to have; undefined for other keys. */
export function hashOfKey(key: string): string | undefined {
  return namePattern.exec(splitKey(key).rest)?.[4];
}

/** Undefined when the key is none of ours. */
export function kindOfKey(key: string): ObjectKeyKind | undefined {
  const { rest } = splitKey(key);
  if (rest === controlKey) return 'control';
  if (rest === manifestKey) return 'manifest';
  if (slotOfKey(rest) !== undefined) return 'segment';
  if (nodePattern.test(rest)) return 'node';
  if (rest.startsWith(probePrefix) && rest.length > probePrefix.length) return 'probe';
  return nameOfKey(rest)?.kind;
}

export function isBranchName(name: string): boolean {
  return branchNamePattern.test(name);
}

const homeIdBytes = 8;

/** Where everything of a branch is. The name may be given again, the id never: what comes late for a deleted branch meets nobody. */
export function homeOfBranch(name: string, databaseId: Uint8Array): string {
  return `${homesOfName(name)}${hexOf(databaseId.subarray(0, homeIdBytes))}/`;
}

/** What the homes of all branches that ever had this name begin with. */
export function homesOfName(name: string): string {
  assert(isBranchName(name), 'a branch has a name of a-z, 0-9, dot, underscore and hyphen');
  return `${branchPrefix}${name}/`;
}

/** Of a branch's home; `''` of anything else. */
export function branchNameOf(home: string): string {
  return splitKey(home).home.split('/')[1] ?? '';
}

/** `''`, the root's, or a branch's. */
export function isHome(home: string): boolean {
  return homePattern.test(home);
}

/** The home that stands in a key, `''` without one, and what follows it. */
export function splitKey(key: string): { readonly home: string; readonly rest: string } {
  const [, home = '', rest = ''] = splitPattern.exec(key)!;
  return { home, rest };
}

function absoluteKey(home: string, prefix: string, hash: Uint8Array, attempt: Uint8Array): string {
  assert(isHome(home), 'a home is empty or branches/<name>/<id>/');
  assert(hash.length === nameHashBytes, 'a hash in a key has 32 bytes');
  assert(attempt.length === attemptBytes, 'an attempt in a key has 8 bytes');
  return `/${home}${prefix}${hexOf(hash)}-${hexOf(attempt)}`;
}

function digitsOf(slot: number): string {
  assert(Number.isSafeInteger(slot) && slot >= 0, 'a slot is a non-negative safe integer');
  return String(slot).padStart(slotDigits, '0');
}

function numberOf(digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : undefined;
}

function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}
