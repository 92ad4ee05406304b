import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Builds one program of the module in a folder, from the releases that its go.sum names and nothing else. Throws Go's words. */
export async function goBuild(go: string, moduleFolder: string, goPackage: string, output: string): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', output, goPackage];
  try {
    await run('nice', ['-n', '10', go, ...args], { cwd: moduleFolder, env, timeout: buildTimeoutMs });
  } catch (error) {
    const { stderr = '', killed = false } = error as { readonly stderr?: string; readonly killed?: boolean };
    const words = killed ? `not done within ${buildTimeoutMs / 60_000} minutes` : stderr.trim().slice(-wordsCharsMax);
    throw new Error(`building ${goPackage} failed: ${words}`, { cause: error });
  }
}

/** Of a slow machine that has to fetch every module first. */
const buildTimeoutMs = 15 * 60_000;
const wordsCharsMax = 1_000;
