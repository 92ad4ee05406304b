import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageParts, pageTotals } from './harness/page.ts';

/** Each file of cases checks its own part; here is what no file can see of itself. */
describe('the page about conformance', () => {
  test('tells of no file that is not there', () => {
    for (const { file } of pageParts()) expect(existsSync(join(import.meta.dirname, file)), file).toBe(true);
  });

  test('tells how many cases there are', () => {
    const { counted, said } = pageTotals();
    expect(said).toBe(counted);
  });
});
