import { createHash } from 'node:crypto';
import { networkOf } from './network.ts';

/**
 * How often a password may be wrong, by user and by where the attempt comes from. Guessing is slow everywhere, and somebody who guesses
 * cannot lock out the user: who has logged in from his address lately is not held to what others did elsewhere.
 *
 * Each subject has an allowance of failures that comes back with time. It is taken before the password is looked at, so that attempts at
 * the same time share it, and given back when the password was right.
 */
export interface FailureLimit {
  /** Undefined: too many have failed lately. */
  begin(name: string, address: string): Attempt | undefined;
}

export interface Attempt {
  succeeded(): void;
  /** It was neither right nor wrong: it came to nothing. */
  undone(): void;
}

/** Of one user at one address; the same for a user at all addresses and for an address with all users, times `wideFactor`. */
export interface FailureLimitOptions {
  readonly perMinute: number;
  readonly nowMs: () => number;
}

const wideFactor = 10;
const subjectsMax = 20_000;
const knownMax = 20_000;
/** A place that a user has logged in from is known for so long. */
const knownMs = 3_600_000;

export function createFailureLimit({ perMinute, nowMs }: FailureLimitOptions): FailureLimit {
  const pairs = createAllowances(perMinute, nowMs);
  const users = createAllowances(perMinute * wideFactor, nowMs);
  const addresses = createAllowances(perMinute * wideFactor, nowMs);
  // Only who has logged in gets in here: nobody can fill it with others.
  const known = new Map<string, number>();

  function isKnown(pair: string): boolean {
    const until = known.get(pair);
    return until !== undefined && until > nowMs();
  }

  function know(pair: string): void {
    known.delete(pair);
    known.set(pair, nowMs() + knownMs);
    const [oldest] = known.keys();
    if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
  }

  return {
    begin: (name, address) => {
      const network = networkOf(address);
      const user = createHash('sha256').update(name).digest('base64');
      const pair = `${user} ${network}`;
      const held = [
        { allowances: pairs, subject: pair },
        { allowances: addresses, subject: network },
        ...(isKnown(pair) ? [] : [{ allowances: users, subject: user }]),
      ];
      if (!held.every(({ allowances, subject }) => allowances.has(subject))) return undefined;
      for (const { allowances, subject } of held) allowances.take(subject);
      const undone = () => {
        for (const { allowances, subject } of held) allowances.giveBack(subject);
      };
      return {
        undone,
        succeeded: () => {
          undone();
          know(pair);
        },
      };
    },
  };
}

interface Allowances {
  has(subject: string): boolean;
  take(subject: string): void;
  giveBack(subject: string): void;
}

/** Allowances of `perMinute` for each of many subjects; one that has all of it is not kept. */
function createAllowances(perMinute: number, nowMs: () => number): Allowances {
  const spent = new Map<string, { readonly amount: number; readonly atMs: number }>();

  function spentOf(subject: string): number {
    const found = spent.get(subject);
    if (found === undefined) return 0;
    return Math.max(0, found.amount - ((nowMs() - found.atMs) * perMinute) / 60_000);
  }

  function set(subject: string, amount: number): void {
    spent.delete(subject);
    if (amount > 0) spent.set(subject, { amount, atMs: nowMs() });
    if (spent.size <= subjectsMax) return;
    const [oldest] = spent.keys();
    if (oldest !== undefined) spent.delete(oldest);
  }

  return {
    has: (subject) => spentOf(subject) + 1 <= perMinute,
    take: (subject) => set(subject, spentOf(subject) + 1),
    giveBack: (subject) => set(subject, Math.max(0, spentOf(subject) - 1)),
  };
}
