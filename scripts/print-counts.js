/**
 * Prints vitest's own counts, from its JSON report, as one line: `N passed, N failed`. A file that could not even be loaded
 * counts as one failure, and what passed only when it was run again is named. Exits 1 when there is a failure, or nothing was run at all.
 */
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
if (text === '') {
  console.log('vitest ended before it wrote its report');
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const report = JSON.parse(text);
const unloaded = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
for (const file of unloaded) console.log(`failed as a whole: ${file.name}`);

for (const { fullName, status, failureMessages } of report.testResults.flatMap((file) => file.assertionResults)) {
  if (status !== 'passed' || failureMessages.length === 0) continue;
  console.log(`passed when it was run again: ${fullName}: ${failureMessages[0].split('\n')[0]}`);
}

const skipped = report.numPendingTests + report.numTodoTests;
if (skipped > 0) console.log(`skipped: ${skipped}`);

const failed = report.numFailedTests + unloaded.length;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
