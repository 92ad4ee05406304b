/** What the documents point at is there: files, headings, scripts. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const documents = ['README.md', ...globSync(['docs/*.md', 'docs/design/*.md'])].sort();
const ownFolders = /^(src|sim|test|bench|scripts|docs|proto)\//;

/** As GitHub makes an anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsOf(document: string): readonly string[] {
  return [...readFileSync(document, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  return existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

/** A file or a folder; with `*` or `…` in its name, any that begins so. */
function isThere(path: string): boolean {
  const open = path.search(/[*…]/);
  if (open < 0) return existsSync(path);
  const folder = dirname(path.slice(0, open) + 'x');
  const beginning = path.slice(folder.length + 1, open);
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(beginning));
}

test.each(documents)('%s: links lead somewhere', (document) => {
  const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  const own = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(own.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
});

test.each(documents)('%s: files that it names are there', (document) => {
  const words = [...readFileSync(document, 'utf8').matchAll(/`([\w./*…-]+)`/g)].map(([, word]) => word!);
  // In capitals stands what the reader puts in.
  const paths = words.filter((word) => ownFolders.test(word) && !/\b[A-Z]{2,}\b/.test(word));
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});

test.each(documents)('%s: scripts that it names are there', (document) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...readFileSync(document, 'utf8').matchAll(/\bnpm run (?:-s )?([a-z][a-z0-9:-]*)/g)].map(
    ([, script]) => script!,
  );
  expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
});
