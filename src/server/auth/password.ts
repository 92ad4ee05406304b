import { randomBytes } from 'node:crypto';
import { encodeBase64 } from 'bcryptjs';

/** Passwords as etcd keeps them: bcrypt, in the form that Go writes, so that users come from an etcd and go back to one. */

export const bcryptCostMin = 4;
export const bcryptCostMax = 31;
export const bcryptCostDefault = 10;

/** More bytes than this never counted; longer passwords are refused instead of being cut when they are set, as Go does. */
export const passwordBytesMax = 72;

const saltBytes = 16;
const hashPattern = /^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}$/;

export function newSalt(cost: number): string {
  return `$2a$${String(cost).padStart(2, '0')}$${encodeBase64(randomBytes(saltBytes), saltBytes)}`;
}

/** Undefined: it is no bcrypt hash, and no password is right for it. */
export function costOf(hash: string): number | undefined {
  const match = hashPattern.exec(hash);
  const cost = Number(match?.[1]);
  return cost >= bcryptCostMin && cost <= bcryptCostMax ? cost : undefined;
}

/** A hash of this cost that no password is known for: the work for a user who is not there is that for one who is. */
export function unmatchableHash(cost: number): string {
  return `${newSalt(cost)}${'.'.repeat(31)}`;
}
