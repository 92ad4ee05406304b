/**
 * Tests. Two projects: `fast` is everything that lives in one process, two files at a time; `process` starts real servers
 * and kills them, so its files run alone, one after another, once the fast ones are done.
 *
 * `T4_TEST_REPORT=FILE` also writes the counts as JSON, which `.ci/run` prints.
 */
import { defineConfig } from 'vitest/config';

const processTests = ['test/jepsen-like/**/*.test.ts', 'test/conformance/**/*.test.ts'];
const report = process.env['T4_TEST_REPORT'];

/**
 * What a client is told when a machine stood still for longer than a lease or a deadline. A test that ends with these words, and no other,
 * is run once more, and `scripts/print-counts.js` names it. What an oracle found is never tried again.
 */
const unavailable =
  /request timed out|no leader|there is no connection available|circuit breaker is open|DEADLINE_EXCEEDED|deadline exceeded/i;

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        test: {
          name: 'fast',
          include: [
            'src/**/*.test.ts',
            'sim/**/*.test.ts',
            'test/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...processTests],
          maxWorkers: 2,
          retry: { count: 1, condition: unavailable },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'process',
          include: processTests,
          fileParallelism: false,
          maxWorkers: 1,
          retry: { count: 1, condition: unavailable },
          testTimeout: 900_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
