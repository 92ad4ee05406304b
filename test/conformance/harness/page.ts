import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseOptions } from './case-options.ts';

/** The page that says what is compared, and what is not. Each file of cases keeps its own part of it true. */
const page = join(import.meta.dirname, '../../../docs/design/0019-conformance.md');

/** What brings the page up to date, where a test says that it is not. */
export const pageCommand = 'T4_CONFORMANCE_PAGE=write npx vitest run test/conformance';
export const isPageWritten = process.env['T4_CONFORMANCE_PAGE'] === 'write';

export interface DeclaredCase extends CaseOptions {
  readonly name: string;
}

/** A file's part: how many cases, the differences among them, the fields that no two servers agree on. */
export function partOf(file: string, cases: readonly DeclaredCase[]): string {
  const lines = [headOf(file), '', `${cases.length} cases.`, ''];
  const rows = cases.flatMap(({ name, differs, spared }) => [
    ...(differs === undefined ? [] : [`| ${name} | ${whereOf(differs.until)} | ${differs.why} |`]),
    ...(spared === undefined ? [] : [`| ${name} | before ${spared.before}: not asked | ${spared.why} |`]),
  ]);
  if (rows.length > 0) {
    lines.push('| Case | Where the answers differ | Why |', '| --- | --- | --- |', ...rows, '');
  }
  for (const [fields, names] of exclusionsOf(cases))
    lines.push(`Compared only as to whether it is there: ${fields} (${names}).`, '');
  return `${lines.join('\n').trimEnd()}\n\n`;
}

function whereOf(until: readonly string[] | undefined): string {
  return until === undefined ? 'every version' : `before ${until.join(' and ')}`;
}

function exclusionsOf(cases: readonly DeclaredCase[]): ReadonlyMap<string, string> {
  const namesOf = new Map<string, string[]>();
  for (const { name, exclude = [] } of cases) {
    if (exclude.length === 0) continue;
    const fields = exclude.map((field) => `\`${field}\``).join(', ');
    namesOf.set(fields, [...(namesOf.get(fields) ?? []), name]);
  }
  return new Map([...namesOf].map(([fields, names]) => [fields, names.join('; ')]));
}

const headOf = (file: string) => `### ${file}`;

export interface PagePart {
  readonly file: string;
  readonly text: string;
}

/** Every part, as the page has it. */
export function pageParts(): readonly PagePart[] {
  return splitPage().parts.map((text) => ({ file: /^### (\S+)/.exec(text)?.[1] ?? '', text }));
}

/** Puts a part in the place of the one that is there, in the order of the files' names. */
export function writePart(file: string, text: string): void {
  const { before, parts: written } = splitPage();
  const others = written.filter((part) => !part.startsWith(`${headOf(file)}\n`));
  const parts = [...others, text].sort();
  const total = before.replace(/\d+ cases in all/, `${countOf(parts)} cases in all`);
  writeFileSync(page, `${[total, ...parts].join('').trimEnd()}\n`);
}

/** The sum of what the parts say, and what the page says of it. */
export function pageTotals(): { readonly counted: number; readonly said: number } {
  const { before, parts } = splitPage();
  return { counted: countOf(parts), said: Number(/(\d+) cases in all/.exec(before)?.[1]) };
}

function countOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + Number(/^(\d+) cases\.$/m.exec(part)?.[1]), 0);
}

/** Before the first part, and the parts: nothing comes after them. */
function splitPage(): { readonly before: string; readonly parts: readonly string[] } {
  const [before = '', ...parts] = readFileSync(page, 'utf8').split(/^(?=### )/m);
  return { before, parts: parts.map((part) => `${part.trimEnd()}\n\n`) };
}
