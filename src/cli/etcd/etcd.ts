/** `t4 etcd`: a node under the flags, the environment and the configuration file of an etcd server, with its lines in the log. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { packageVersion } from '../package-version.ts';
import type { Environment, Settings } from '../resolve-settings.ts';
import { runNode } from '../run.ts';
import type { LogHandle } from '../log.ts';
import { checkValues, urlsOf, type EtcdValues } from './check-values.ts';
import { readEtcdConfigFile } from './config-file.ts';
import { readEnvironment, variableOf } from './environment.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { isDefault } from './flag-value.ts';
import { etcdFlagNamed, etcdFlags } from './flags.ts';
import { helpText, usageText, versionText } from './help.ts';
import { parseArguments, type GivenArguments } from './parse-arguments.ts';
import { dataFolderOf, isStoreShared, settingsOfEtcd, tlsFlags } from './to-settings.ts';
import { openZapLog } from './zap-log.ts';

interface EtcdOutput {
  out(text: string): void;
  error(text: string): void;
}

type Note = readonly [level: 'info' | 'warn', fields: object, message: string];

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
    const settings = checked(flags, values, given, environment, notes);
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

/** From the file alone where one is named, else from the command line and the environment. */
async function allFlags(
  given: GivenArguments,
  environment: Environment,
  notes: Note[],
): Promise<ReadonlyMap<string, string>> {
  const path = given.flags.get('config-file') ?? environment[variableOf('config-file')] ?? '';
  if (path !== '') {
    const message =
      'loaded server configuration, other configuration command line flags and environment variables will be ignored if provided';
    notes.push(['info', { path }, message]);
    return readEtcdConfigFile(path);
  }
  const { flags, used, unknown } = readEnvironment(environment, given.flags);
  for (const name of used) notes.push(['info', { 'variable-name': name }, 'recognized and used environment variable']);
  for (const name of unknown)
    notes.push(['warn', { 'environment-variable': name }, 'unrecognized environment variable']);
  for (const name of given.former) notes.push(['warn', { flag: name }, 'this flag has another name since 3.6']);
  for (const name of given.passedOver)
    notes.push(['warn', { 'flag-name': name }, 'flag is no longer supported - ignoring']);
  return new Map([...flags, ...given.flags]);
}

/** Nothing has been touched when this refuses. */
function checked(
  flags: ReadonlyMap<string, string>,
  values: EtcdValues,
  { own }: GivenArguments,
  environment: Environment,
  notes: Note[],
): Settings {
  const isGiven = (name: string): boolean => flags.has(name);
  checkValues(values, isGiven, isStoreShared({ own, environment }));
  const folder = dataFolderOf(values);
  if (existsSync(join(folder, 'member'))) {
    throw new EtcdUsageError(
      1,
      `${folder} holds the data of an etcd`,
      'give another --data-dir; t4 import brings an etcd’s data in',
    );
  }
  if (values('data-dir') === '') notes.push(['warn', { 'data-dir': folder }, "'data-dir' was empty; using default"]);
  const secure = urlsOf(values('listen-client-urls'))[0]?.protocol === 'https:';
  for (const flag of etcdFlags) {
    if (!isGiven(flag.name) || isDefault(flag, values(flag.name))) continue;
    const isPassedOver = flag.here.kind === 'ignored' || (!secure && tlsFlags.has(flag.name));
    if (!isPassedOver) continue;
    const reason = flag.here.kind === 'ignored' ? flag.note : 'no client URL is https';
    notes.push(['warn', { flag: flag.name, reason: reason.replaceAll('`', '') }, 'this flag has no meaning here']);
  }
  return settingsOfEtcd({ values, isGiven, own, environment });
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
