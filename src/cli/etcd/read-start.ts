/** From how an etcd is started, whatever starts it, to what a node is to be, with what there is to say of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Settings } from '../resolve-settings.ts';
import { checkValues, urlsOf, type EtcdValues } from './check-values.ts';
import { readEtcdConfigFile } from './config-file.ts';
import { readEnvironment, variableOf } from './environment.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { parseFeatureGates } from './feature-gates.ts';
import { isDefault } from './flag-value.ts';
import { etcdFlags } from './flags.ts';
import type { GivenArguments } from './parse-arguments.ts';
import { dataFolderOf, isStoreShared, settingsOfEtcd, tlsFlags } from './to-settings.ts';

/** For the log, once there is one. */
export type Note = readonly [level: 'info' | 'warn', fields: object, message: string];

/** From the file alone where one is named, else from the command line and the environment. */
export async function allFlags(
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
export function checkedSettings(
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
  for (const [gate, value] of parseFeatureGates(values('feature-gates'))) {
    if (gate === 'InitialCorruptCheck') continue;
    notes.push(['warn', { flag: 'feature-gates', gate, value }, 'this gate has no meaning here']);
  }
  return settingsOfEtcd({ values, isGiven, own, environment });
}
