import { expect, test, type TestContext } from 'vitest';
import type { Pair, Side } from './pair.ts';
import type { Plain } from './plain.ts';
import { etcdAbsence, etcdVersion } from './real-etcd.ts';
import { type Entry, openSession, type Session } from './session.ts';

export type Program = (session: Session) => Promise<void>;

export interface CaseOptions {
  /** Fields, by name, that the two servers cannot agree on: compared only as to whether they say anything. */
  readonly exclude?: readonly string[];
  /** Where this server is like later versions of etcd than some, or unlike all of them on purpose. */
  readonly differs?: Difference;
}

export interface Difference {
  readonly why: string;
  /**
   * From these versions of etcd on the answers are the same: one of each line that got the change after its first release. Without
   * it, in no version.
   */
  readonly until?: readonly string[];
  /** The answers that this server has to give. */
  readonly ours: (base: number) => readonly Plain[];
}

export type Conform = (name: string, program: Program, options?: CaseOptions) => void;

/** Runs each case's program on both servers and compares every answer. Both start each case empty, at the same revision. */
export function conformTo(pair: Pair): Conform {
  return (name, program, { exclude = [], differs } = {}) => {
    test(differs === undefined ? name : `${name} (differs: ${differs.why})`, async (context) => {
      const base = await pair.reset();
      const ours = await transcriptOf(pair.ours(), program, exclude, base);
      expect(ours.length).toBeGreaterThan(0);
      expect(pair.ours().server.isAlive()).toBe(true);
      if (differs !== undefined) expect(ours.map(({ answer }) => answer)).toEqual(differs.ours(base));
      await compare(context, pair, ours, { program, exclude, base, differs });
    });
  };
}

interface Comparison {
  readonly program: Program;
  readonly exclude: readonly string[];
  readonly base: number;
  readonly differs: Difference | undefined;
}

async function compare(
  { skip }: TestContext,
  pair: Pair,
  ours: readonly Entry[],
  { program, exclude, base, differs }: Comparison,
): Promise<void> {
  const side = pair.theirs();
  if (side === undefined || etcdVersion === undefined) {
    if (differs === undefined) skip(etcdAbsence);
    return;
  }
  const theirs = await transcriptOf(side, program, exclude, base);
  const isDifferent = differs !== undefined && (differs.until === undefined || isBeforeAll(etcdVersion, differs.until));
  // A difference that is not there any more should not be declared any more.
  if (isDifferent) expect(theirs).not.toEqual(ours);
  else expect(ours).toEqual(theirs);
}

async function transcriptOf(
  { client, server }: Side,
  program: Program,
  exclude: readonly string[],
  base: number,
): Promise<readonly Entry[]> {
  const session = openSession(client, { exclude, base });
  try {
    await program(session);
  } catch (error) {
    const last = session.transcript.at(-1);
    throw new Error(`${server.name} stopped answering after ${JSON.stringify(last)}`, { cause: error });
  } finally {
    session.close();
  }
  return session.transcript;
}

/** A version counts against the one of its own line; where its line is not named, against all. */
function isBeforeAll(version: string, others: readonly string[]): boolean {
  const line = version.replace(/\d+$/, '');
  const sameLine = others.filter((other) => other.startsWith(line));
  return (sameLine.length > 0 ? sameLine : others).every((other) => isBefore(version, other));
}

function isBefore(version: string, other: string): boolean {
  const [left, right] = [version, other].map((text) => text.split('.').map(Number));
  const index = left!.findIndex((number, position) => number !== right![position]);
  return index >= 0 && left![index]! < right![index]!;
}
