/**
 * Takes the `engines` of development tools that want a newer Node than npm itself may run under out of package-lock.json. npm compares
 * them with the Node that runs npm; the tools run under the Node that the project pins, which `test/ground/tools.test.ts` holds. Without
 * this `npm ci` warns of a mismatch that never happens. Run it after each change of the lock file: `npm run relax-lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Development packages alone: what users install keeps its word. */
const tools = ['testcontainers', 'undici', 'vitest'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [path, entry] of Object.entries(lock.packages)) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (entry.dev === true && tools.includes(name)) delete entry.engines;
}
writeFileSync('package-lock.json', `${JSON.stringify(lock, undefined, 2)}\n`);
