import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

/** Debian's own Python, for which its packages are: `T4_TEST_PYTHON`, else the system's. */
const python = process.env['T4_TEST_PYTHON'] ?? '/usr/bin/python3';
const programs = join(import.meta.dirname, '../python');

/** Undefined: the module is there. */
export function pythonAbsence(module: string): string | undefined {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `no ${module} for ${python} on this machine: it is not tried (Debian: python3-${module})`;
  }
}

/** What the program printed; rejects with what went wrong, as Python tells it. */
export function runPython(program: string, address: string): Promise<readonly string[]> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1', PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python' };
  const child = spawn(python, [join(programs, program), ...address.split(':')], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const late = setTimeout(() => child.kill('SIGKILL'), programTimeoutMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(late);
      if (code === 0) resolve(stdout.trimEnd().split('\n'));
      else reject(new Error(`${program} ended with ${code} after\n${stdout.slice(-500)}\n${stderr.slice(-3_000)}`));
    });
  });
}

const programTimeoutMs = 150_000;
