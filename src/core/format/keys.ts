import { assert } from '../assert.ts';
import { hexOf } from '../types/bytes.ts';

/** The names of objects in the store, relative to the database's prefix. Slots sort as numbers: 20 digits each. */

export const controlKey = 'control';
export const manifestKey = 'manifest';
export const logPrefix = 'log/';
export const chunkPrefix = 'chunks/';
export const checkpointPrefix = 'checkpoints/';
/** Scratch objects of the start-up probe of the store's conditions: of no meaning afterwards. */
export const probePrefix = 'probe/';

export type ObjectKeyKind = 'control' | 'manifest' | 'segment' | 'checkpoint' | 'chunk' | 'probe';

const slotDigits = 20;
const slotPattern = /^log\/([0-9]{20})$/;
const chunkPattern = /^chunks\/([0-9a-f]{64})$/;
const checkpointPattern = /^checkpoints\/([0-9]{20})-([0-9a-f]{64})$/;

export function slotKey(slot: number): string {
  return logPrefix + digitsOf(slot);
}

/** Undefined when the key is no slot's. */
export function slotOfKey(key: string): number | undefined {
  const slot = numberOf(slotPattern.exec(key)?.[1]);
  return slot === 0 ? undefined : slot;
}

export function chunkKey(hash: Uint8Array): string {
  return chunkPrefix + hexOf(hash);
}

export function checkpointKey(slot: number, hash: Uint8Array): string {
  return `${checkpointPrefix}${digitsOf(slot)}-${hexOf(hash)}`;
}

/** Undefined when the key is no checkpoint's. */
export function slotOfCheckpointKey(key: string): number | undefined {
  return numberOf(checkpointPattern.exec(key)?.[1]);
}

/** The hash, in hex, that the content of a content-addressed object has to have; undefined for other keys. */
export function hashOfKey(key: string): string | undefined {
  return chunkPattern.exec(key)?.[1] ?? checkpointPattern.exec(key)?.[2];
}

/** Undefined when the key is none of ours. */
export function kindOfKey(key: string): ObjectKeyKind | undefined {
  if (key === controlKey) return 'control';
  if (key === manifestKey) return 'manifest';
  if (slotOfKey(key) !== undefined) return 'segment';
  if (chunkPattern.test(key)) return 'chunk';
  if (slotOfCheckpointKey(key) !== undefined) return 'checkpoint';
  if (key.startsWith(probePrefix) && key.length > probePrefix.length) return 'probe';
  return undefined;
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
