/** The core's project gives neither Node's nor the DOM's types: what belongs to a platform does not even compile there. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFolder, repository, runTool } from './run-tool.ts';

const bans: Readonly<Record<string, string>> = {
  'set-timeout': 'setTimeout(() => undefined, 1);',
  'set-interval': 'setInterval(() => undefined, 1);',
  'set-immediate': 'setImmediate(() => undefined);',
  'queue-microtask': 'queueMicrotask(() => undefined);',
  process: 'export const name = process.argv[0];',
  buffer: 'export const bytes = Buffer.alloc(1);',
  crypto: 'export const id = crypto.randomUUID();',
  console: "console.log('');",
  fetch: "export const answer = fetch('http://127.0.0.1/');",
  performance: 'export const now = performance.now();',
  'text-encoder': 'export const encoder = new TextEncoder();',
  'text-decoder': 'export const decoder = new TextDecoder();',
  'structured-clone': 'export const copy = structuredClone([1]);',
  url: "export const url = new URL('http://127.0.0.1/');",
  'abort-controller': 'export const controller = new AbortController();',
  'node-fs': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
  'node-crypto': "import { randomBytes } from 'node:crypto';\nexport const draw = randomBytes;",
  'node-fs-type': "import type { Stats } from 'node:fs';\nexport type Found = Stats;",
};

/** Compiler options that keep the snippets readable by the compiler where they lie; none of them is about a platform's types. */
const here = { rootDir: '.', noEmit: true, composite: false };

/** File names of `output`'s errors: `name.ts(line,column): error …`. */
function filesWithErrors(output: string): readonly string[] {
  const names = output.split('\n').flatMap((line) => /^(?:.*\/)?([a-z-]+)\.ts\(\d+,\d+\): error/.exec(line)?.[1] ?? []);
  return [...new Set(names)].sort();
}

function compile(options: object): { output: string; status: number | null } {
  const snippets = Object.entries({ ...bans, allowed: 'export const bytes = new Uint8Array(Math.floor(1.5));' });
  const folder = createFolder({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({
      extends: join(repository, 'tsconfig.core.json'),
      compilerOptions: { ...here, ...options },
      include: ['*.ts'],
    }),
    ...Object.fromEntries(snippets.map(([name, text]) => [`${name}.ts`, text])),
  });
  try {
    return runTool('tsc', ['-p', '.', '--pretty', 'false'], folder.path);
  } finally {
    folder.remove();
  }
}

describe('the compiler project of the core', () => {
  const pure = filesWithErrors(compile({}).output);

  test.each(Object.keys(bans))('refuses %s', (name) => {
    expect(pure).toContain(name);
  });

  test('accepts what is pure', () => {
    expect(pure).not.toContain('allowed');
  });

  test('refuses because of its options: with the types of Node everything above compiles', () => {
    const control = compile({ types: ['node'] });
    expect(control.output).toBe('');
    expect(control.status).toBe(0);
  });
});
