import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GoBuild {
  readonly go: string;
  readonly moduleFolder: string;
  readonly goPackage: string;
  readonly output: string;
  /** What the linker writes into variables of packages, which says of a program which release it is. */
  readonly variables?: Readonly<Record<string, string>>;
  /** For one that is large. */
  readonly timeoutMs?: number;
}

/** Builds one program of the module in a folder, from the releases that its go.sum names and nothing else. Throws Go's words. */
export async function goBuild(build: GoBuild): Promise<void> {
  const { go, moduleFolder, goPackage, output, variables = {}, timeoutMs = buildTimeoutMs } = build;
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const linked = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`);
  const args = ['build', '-trimpath', '-buildvcs=false', `-ldflags=-s -w${linked.join('')}`, '-o', output, goPackage];
  try {
    await run('nice', ['-n', '10', go, ...args], { cwd: moduleFolder, env, timeout: timeoutMs });
  } catch (error) {
    const { stderr = '', killed = false } = error as { readonly stderr?: string; readonly killed?: boolean };
    const words = killed ? `not done within ${timeoutMs / 60_000} minutes` : stderr.trim().slice(-wordsCharsMax);
    throw new Error(`building ${goPackage} failed: ${words}`, { cause: error });
  }
}

/** Of a slow machine that has to fetch every module first. */
const buildTimeoutMs = 15 * 60_000;
const wordsCharsMax = 1_000;
