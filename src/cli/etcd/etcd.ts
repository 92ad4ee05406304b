/** `t4 etcd`: a node under the flags, the environment and the configuration file of an etcd server, with its lines in the log. */
import { CliError } from '../cli-error.ts';
import { packageVersion } from '../package-version.ts';
import type { Environment } from '../resolve-settings.ts';
import { runNode } from '../run.ts';
import type { LogHandle } from '../log.ts';
import { urlsOf, type EtcdValues } from './check-values.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { etcdFlagNamed } from './flags.ts';
import { helpText, usageText, versionText } from './help.ts';
import { parseArguments } from './parse-arguments.ts';
import { allFlags, checkedSettings, type Note } from './read-start.ts';
import { openZapLog } from './zap-log.ts';

interface EtcdOutput {
  out(text: string): void;
  error(text: string): void;
}

/** The exit code. */
export async function runEtcd(
  argv: readonly string[],
  environment: Environment,
  { out, error }: EtcdOutput,
): Promise<number> {
  let handle: LogHandle | undefined;
  try {
    const given = parseArguments(argv);
    if (given.help) {
      out(helpText());
      return 0;
    }
    if (given.flags.get('version') === 'true') {
      const { version, platform, arch } = process;
      out(versionText(packageVersion(), { release: version.slice(1), platform, arch }));
      return 0;
    }
    const notes: Note[] = [];
    const flags = await allFlags(given, environment, notes);
    const values: EtcdValues = (name) => flags.get(name) ?? etcdFlagNamed(name)!.default;
    handle = openZapLog({
      level: values('log-level'),
      format: values('log-format'),
      outputs: values('log-outputs').split(','),
    });
    const settings = checkedSettings(flags, values, given, environment, notes);
    handle.log.info({ args: ['t4', 'etcd', ...argv] }, 'Running: ');
    for (const [level, fields, message] of notes) handle.log[level](fields, message);
    return await runNode({
      settings,
      version: packageVersion(),
      handle,
      environment,
      ready: (addresses, log) => {
        for (const address of addresses) announce(urlsOf(values('listen-client-urls'))[0]!, address, log);
      },
    });
  } catch (problem) {
    return refused(problem, handle, error);
  } finally {
    handle?.flush();
  }
}

/** What etcd says once it serves, and what whoever started it waits for. */
function announce({ protocol }: URL, address: string, log: LogHandle['log']): void {
  const words =
    protocol === 'https:'
      ? 'serving client traffic securely'
      : 'serving client traffic insecurely; this is strongly discouraged!';
  log.info({ traffic: 'grpc+http', address }, words);
}

function refused(problem: unknown, handle: LogHandle | undefined, error: (text: string) => void): number {
  const isOurs = problem instanceof EtcdUsageError || problem instanceof CliError;
  if (!isOurs) throw problem;
  const { message, hint } = problem;
  if (problem instanceof EtcdUsageError && problem.exitCode === 2) {
    error(`${message}\n${hint === undefined ? '' : `    ${hint}\n`}${usageText}`);
    return 2;
  }
  const fields = { error: message, ...(hint === undefined ? {} : { hint }) };
  if (handle === undefined) error(`${JSON.stringify({ level: 'warn', msg: 'failed to verify flags', ...fields })}\n`);
  else handle.log.warn(fields, 'failed to verify flags');
  return 1;
}
