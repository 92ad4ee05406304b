import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What ran: for whoever gets the report later. */
export function commitText(): string {
  const here = new URL('.', import.meta.url);
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    // Documents do not run.
    const running = ['--', ':(top)', ':(top,exclude)docs'];
    const changed = git('status', '--porcelain', '--untracked-files=no', ...running) === '' ? '' : ' with changes';
    return git('rev-parse', '--short=12', 'HEAD') + changed;
  } catch {
    return `none (release ${versionText()})`;
  }
}

/** The description of the package is the next one up: the source and the built package lie at different depths. */
function versionText(): string {
  for (let folder = new URL('../', import.meta.url); ; folder = new URL('../', folder)) {
    try {
      const description: unknown = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
      return (description as { readonly version: string }).version;
    } catch {
      if (new URL('../', folder).href === folder.href) return 'unknown';
    }
  }
}
