/**
 * Lint. General rules hold everywhere; the bans of `scripts/core-bans.js` hold for the core and the ports, which must be
 * deterministic. Who may import whom is checked by `.dependency-cruiser.mjs`; layout is Prettier's.
 */
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import {
  bannedGlobals,
  bannedImports,
  bannedProperties,
  bannedSyntax,
  bannedSyntaxOfCore,
  bannedSyntaxOfPorts,
} from './scripts/core-bans.js';

const pureRules = {
  'no-restricted-globals': ['error', ...bannedGlobals],
  'no-restricted-properties': ['error', ...bannedProperties],
  'no-restricted-imports': ['error', { patterns: bannedImports }],
  'no-eval': 'error',
  'no-new-func': 'error',
};

export default defineConfig(
  globalIgnores(['dist/', '**/generated/', 'coverage/', 't4-data/']),
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-undef': 'off', // The compiler knows better.
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { ...pureRules, 'no-restricted-syntax': ['error', ...bannedSyntax, ...bannedSyntaxOfCore] },
  },
  {
    files: ['src/ports/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { ...pureRules, 'no-restricted-syntax': ['error', ...bannedSyntax, ...bannedSyntaxOfPorts] },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
