/** Each ban on the core and the ports bites, with a message that names the replacement; what they need stays allowed. */
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import * as bans from '../../scripts/core-bans.js';
import { repository } from './run-tool.ts';

interface Example {
  readonly rule: string;
  readonly code: string;
  readonly message: string;
}

/** The bans alone: they need no types, and a linter without types may be given files that do not exist. */
const linter = new ESLint({
  cwd: repository,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: false } },
  },
  ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-') || ruleId === 'no-eval' || ruleId === 'no-new-func',
});

async function lint(code: string, file: string): Promise<readonly Example[]> {
  const results = await linter.lintText(code, { filePath: join(repository, file) });
  const found = results.flatMap((result) => result.messages);
  return found.map(({ ruleId, message }) => ({ rule: ruleId ?? 'syntax', code, message }));
}

const globals = bans.bannedGlobals.map(({ name, message }): Example => ({
  rule: 'no-restricted-globals',
  code: `export const value = ${name};`,
  message,
}));

const properties = bans.bannedProperties.map((ban): Example => ({
  rule: 'no-restricted-properties',
  code: `export const value = (subject: string) => ${'object' in ban ? ban.object : 'subject'}.${ban.property};`,
  message: ban.message,
}));

/** In the order of `bannedSyntax`, then `bannedSyntaxOfCore`. */
const syntaxCode = [
  ['export async function read() {}', 'export const read = async () => 1;'],
  ['await 1;'],
  ['for await (const one of []) one;'],
  ["export const other = import('./other.ts');"],
  ['for (const name in {}) name;'],
  ['export const table = { 1: 2 };', "export const table = { '1': 2 };"],
  ['export interface Table { 1: string }', "export type Table = { '7': string };"],
  ['export interface Table { [key: number]: string }'],
  ['export type Table = Record<number, string>;'],
  ['export const kilo = (n: number) => n ** 2;'],
  ['export function square(n: number) { n **= 2; return n; }'],
  ["export const value = Math['flo' + 'or'](1);"],
  ['const { floor } = Math;', 'const alias = Math;'],
  ['export type Later = Promise<number>;', 'export type Later = PromiseLike<number>;'],
];
const syntaxBans = [...bans.bannedSyntax, ...bans.bannedSyntaxOfCore];
const syntax = syntaxBans.flatMap(({ message }, index) =>
  (syntaxCode[index] ?? []).map((code): Example => ({ rule: 'no-restricted-syntax', code, message })),
);

const importMessage = bans.bannedImports[0]?.message ?? '';
const imports = ["'node:fs'", "'fs'", "'pino'", "'@grpc/grpc-js'", "'/etc/module.ts'"].flatMap((name): Example[] => [
  {
    rule: 'no-restricted-imports',
    code: `import { one } from ${name};\nexport const two = one;`,
    message: importMessage,
  },
  {
    rule: 'no-restricted-imports',
    code: `import type { One } from ${name};\nexport type Two = One;`,
    message: importMessage,
  },
  { rule: 'no-restricted-imports', code: `export { one } from ${name};`, message: importMessage },
]);

/** In the order of `bannedSyntaxOfPorts`. */
const portCode = [
  ['export function one() { return 1; }', 'export const one = () => 1;'],
  ['export class One {}', 'export const One = class {};'],
  ['export let one = 1;'],
  ['export const one = two();', 'export const one = new Map();'],
];
const portSyntax = bans.bannedSyntaxOfPorts.flatMap(({ message }, index) =>
  (portCode[index] ?? []).map((code): Example => ({ rule: 'no-restricted-syntax', code, message })),
);

/** ESLint puts its own sentence before the message of a ban, and cuts the final dot. */
function bites(found: readonly Example[], example: Example): boolean {
  return found.some(
    ({ rule, message }) => rule === example.rule && message.includes(example.message.replace(/\.$/, '')),
  );
}

describe('in the core', () => {
  const examples = [...globals, ...properties, ...syntax, ...imports];

  test.each(examples)('$rule refuses $code', async (example) => {
    const found = await lint(example.code, 'src/core/snippet.ts');
    expect(found).toSatisfy((all: readonly Example[]) => bites(all, example));
  });

  test('every ban on syntax has an example', () => {
    expect(syntaxCode.map((codes) => codes.length > 0)).toEqual(syntaxBans.map(() => true));
  });

  test.each(["eval('1');", "export const made = new Function('return 1');"])('refuses %s', async (code) => {
    expect(await lint(code, 'src/core/snippet.ts')).not.toEqual([]);
  });

  test.each([
    'export const bytes = new Uint8Array(Math.floor(Math.max(1, 2)));',
    "import type { Instant } from '../ports/clock.ts';\nexport const late = (at: Instant) => at.monotonicMs > 5;",
    "export const names = new Map([['1', 2]]);\nfor (const [name] of names) name;",
    'export const one = { Date: 1, [String(1)]: 2 }.Date;',
  ])('allows %s', async (code) => {
    expect(await lint(code, 'src/core/snippet.ts')).toEqual([]);
  });
});

describe('in the ports', () => {
  const examples = [...globals, ...imports, ...portSyntax];

  test.each(examples)('$rule refuses $code', async (example) => {
    const found = await lint(example.code, 'src/ports/snippet.ts');
    expect(found).toSatisfy((all: readonly Example[]) => bites(all, example));
  });

  test('every ban on syntax has an example', () => {
    expect(portCode.map((codes) => codes.length > 0)).toEqual(bans.bannedSyntaxOfPorts.map(() => true));
  });

  test.each(['export interface Store { read(): Promise<Uint8Array> }', 'export const entriesMax = 1000;'])(
    'allows %s',
    async (code) => {
      expect(await lint(code, 'src/ports/snippet.ts')).toEqual([]);
    },
  );
});

describe('elsewhere', () => {
  test.each(['src/adapters/snippet.ts', 'src/core/snippet.test.ts', 'test/snippet.ts'])('%s is free', async (file) => {
    expect(await lint('export const now = Date.now(), wait = async () => JSON.stringify(process.argv);', file)).toEqual(
      [],
    );
  });
});
