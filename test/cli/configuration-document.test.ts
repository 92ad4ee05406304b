import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationDocument } from '../../src/cli/configuration-document.ts';

it('docs/configuration.md is what the table of settings says; if not: node scripts/generate-configuration-doc.js', () => {
  expect(readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')).toBe(configurationDocument());
});
