/** The rules that need types have them: the linter sees the same project as the compiler. */
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { repository } from './run-tool.ts';

const linter = new ESLint({ cwd: repository });

/** The project service knows existing files alone, so the snippets stand in for this one. */
async function rulesThatFire(code: string): Promise<readonly (string | null)[]> {
  const results = await linter.lintText(code, { filePath: join(repository, 'test/ground/run-tool.ts') });
  return results.flatMap((result) => result.messages.map(({ ruleId }) => ruleId));
}

const examples = {
  '@typescript-eslint/no-floating-promises': 'Promise.resolve(1);',
  '@typescript-eslint/no-misused-promises': 'if (Promise.resolve(true)) throw new Error();',
  '@typescript-eslint/await-thenable': 'await 1;',
  '@typescript-eslint/only-throw-error': "throw 'no error';",
  '@typescript-eslint/require-array-sort-compare': 'export const sorted = [10, 9].sort();',
  '@typescript-eslint/consistent-type-imports': "import { Stats } from 'node:fs';\nexport type Found = Stats;",
  '@typescript-eslint/switch-exhaustiveness-check':
    "export function run(kind: 'a' | 'b') {\n  switch (kind) {\n    case 'a':\n      return;\n  }\n}",
};

test.each(Object.entries(examples))('%s fires', async (rule, code) => {
  expect(await rulesThatFire(code)).toContain(rule);
});
