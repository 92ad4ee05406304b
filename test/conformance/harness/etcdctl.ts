import { spawn } from 'node:child_process';
import { newerEtcd } from '../../support/newer-etcd/newer-etcd.ts';
import { versionOf } from './real-etcd.ts';

/** etcd's own command line, of the machine: `T4_TEST_ETCDCTL`, else `etcdctl` on the path. */
const binary = process.env['T4_TEST_ETCDCTL'] ?? 'etcdctl';

export const etcdctlVersion: string | undefined = versionOf(binary, ['version']);
export const etcdctlAbsence = `no ${binary} on this machine: it is not tried (Debian: etcd-client)`;

/** The machine's own and the newer one, as far as they are there, each version once. */
export async function etcdctlPrograms(): Promise<readonly EtcdctlProgram[]> {
  const programs: EtcdctlProgram[] = [];
  if (etcdctlVersion !== undefined) programs.push({ path: binary, version: etcdctlVersion });
  const { tools } = await newerEtcd();
  if (tools !== undefined && tools.version !== etcdctlVersion) {
    programs.push({ path: tools.etcdctl, version: tools.version });
  }
  return programs;
}

export interface EtcdctlProgram {
  readonly path: string;
  readonly version: string;
}

export interface CommandResult {
  readonly exitCode: number | null;
  /** Both as they are. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly untilLines?: number;
  /** When it resolves, a command that would not end is ended. */
  readonly until?: Promise<unknown>;
  /** Another than the machine's own. */
  readonly program?: string;
  /** For one that has much to do. */
  readonly timeoutMs?: number;
}

/** Runs one command. One that would not end is ended when it wrote `untilLines` lines; they are all that counts of it. */
export function etcdctl(
  address: string,
  args: readonly string[],
  { input = '', untilLines = Infinity, until, program = binary, timeoutMs = commandTimeoutMs }: CommandOptions = {},
): Promise<CommandResult> {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: address,
    ETCDCTL_DIAL_TIMEOUT: '10s',
    ETCDCTL_COMMAND_TIMEOUT: '120s',
  };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1');
    if (stdout.split('\n').length > untilLines) child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('latin1')));
  const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  void until?.finally(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(late);
      resolve({ exitCode, stdout: linesOf(stdout, untilLines), stderr });
    });
  });
}

const commandTimeoutMs = 240_000;

function linesOf(text: string, linesMax: number): string {
  return linesMax === Infinity ? text : text.split('\n').slice(0, linesMax).join('\n');
}
