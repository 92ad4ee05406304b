import { basename } from 'node:path';
import { expect, test } from 'vitest';
import type { CaseOptions, Difference } from './case-options.ts';
import { type DeclaredCase, isPageWritten, pageCommand, pageParts, partOf, writePart } from './page.ts';
import type { Pair, Side } from './pair.ts';
import { etcdAbsence } from './real-etcd.ts';
import { type Entry, openSession, type Session } from './session.ts';
import { isBefore, isBeforeAll } from './versions.ts';

export type Program = (session: Session) => Promise<void>;

export type Conform = (name: string, program: Program, options?: CaseOptions) => void;

/** Runs each case's program on every server and compares every answer. All start each case empty, at the same revision. */
export function conformTo(pair: Pair): Conform {
  const cases: DeclaredCase[] = [];
  test('are what docs/design/0019-conformance.md says', ({ task }) => {
    const file = basename(task.file.filepath);
    const part = partOf(file, cases);
    if (isPageWritten) writePart(file, part);
    const written = pageParts().find((other) => other.file === file);
    expect(written?.text.trim(), `\`${pageCommand}\` writes it`).toBe(part.trim());
  });
  return (name, program, options = {}) => {
    const { exclude = [], differs, spared } = options;
    cases.push({ name, ...options });
    test(differs === undefined ? name : `${name} (differs: ${differs.why})`, async ({ skip }) => {
      const base = await pair.reset();
      const ours = await transcriptOf(pair.ours(), program, exclude, base);
      expect(ours.length).toBeGreaterThan(0);
      expect(pair.ours().server.isAlive()).toBe(true);
      if (differs?.ours !== undefined) expect(ours.map(({ answer }) => answer)).toEqual(differs.ours(base));
      const references = pair
        .references()
        .filter(({ version }) => spared === undefined || !isBefore(version, spared.before));
      if (references.length === 0 && differs === undefined) return skip(etcdAbsence);
      const theirs = await Promise.all(references.map((side) => transcriptOf(side, program, exclude, base)));
      for (const [index, { server, version }] of references.entries()) {
        if (isDifferent(version, differs)) {
          const noLonger = `${server.name} answers the same: a difference that is not there should not be declared`;
          expect(theirs[index], noLonger).not.toEqual(ours);
        } else expect(ours, `beside ${server.name}${lateness(theirs[index]!)}`).toEqual(theirs[index]);
      }
    });
  };
}

/** An etcd that stood still says so itself, and then nothing can be compared. */
function lateness(theirs: readonly Entry[]): string {
  const late = 'request timed out';
  return theirs.some(({ answer }) => typeof answer === 'string' && answer.includes(late))
    ? `, which told: ${late}`
    : '';
}

function isDifferent(version: string, differs: Difference | undefined): boolean {
  return differs !== undefined && (differs.until === undefined || isBeforeAll(version, differs.until));
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
