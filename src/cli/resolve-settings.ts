/**
 * From what was said in three places to one value a setting: command line before environment before config file before
 * default. Everything said anywhere is checked, also where something stronger overrides it, and a name that nobody
 * knows is an error: a misspelt setting must never be a silent default.
 */
import { usageError } from './cli-error.ts';
import type { ConfigFile } from './config-file.ts';
import { nearest } from './nearest.ts';
import type { CommandName, Setting } from './setting.ts';
import {
  environmentNameOf,
  isSettingName,
  settingNames,
  settingsOf,
  settingTable,
  type SettingName,
  type SettingValues,
} from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Source = 'flag' | 'environment' | 'file' | 'default';

export interface SettingInputs {
  readonly command: CommandName;
  /** As given, by setting name. */
  readonly flags: ReadonlyMap<SettingName, readonly string[]>;
  readonly environment: Environment;
  readonly file: { readonly path: string; readonly values: ConfigFile } | undefined;
}

export interface Settings {
  readonly values: SettingValues;
  readonly sources: ReadonlyMap<SettingName, Source>;
}

const environmentPrefix = 'T4_';
export const configEnvironmentName = 'T4_CONFIG';
/** Not settings: `T4_CONFIG` names the file, `T4_DEBUG` shows stacks, `T4_TEST_*` belongs to the tests. */
const otherEnvironmentNames = /^T4_(CONFIG|DEBUG|TEST_\w*)$/;
/** Kubernetes puts these into every container beside a service whose name starts with `t4`. */
const kubernetesServiceName =
  /^T4_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const kubernetesPortName = /^T4_(\w+_)?PORT$/;
const kubernetesPortValue = /^(tcp|udp|sctp):\/\//;

export function resolveSettings(inputs: SettingInputs): Settings {
  const values: Partial<Record<SettingName, unknown>> = {};
  const sources = new Map<SettingName, Source>();
  const take = (name: SettingName, texts: readonly string[], source: Source, place: string): void => {
    values[name] = parsed(name, texts, place);
    sources.set(name, source);
  };

  for (const name of settingNames) {
    const setting: Setting<unknown> = settingTable[name];
    if (setting.default !== undefined) take(name, [setting.default], 'default', 'the default');
  }
  for (const [name, texts] of inputs.file?.values ?? []) {
    if (!isSettingName(name)) throw unknownInFile(name, inputs.file!.path);
    take(name, texts, 'file', `${name} in ${inputs.file!.path}`);
  }
  for (const [variable, text] of environmentEntries(inputs.environment)) {
    const name = settingNames.find((candidate) => environmentNameOf(candidate) === variable);
    if (name === undefined) throw unknownVariable(variable);
    take(name, [text], 'environment', variable);
  }
  for (const [name, texts] of inputs.flags) take(name, texts, 'flag', `--${name}`);
  return { values: values as unknown as SettingValues, sources };
}

/** How a message names the place where a setting got its value. */
export function placeOf(name: SettingName, source: Source | undefined): string {
  if (source === 'environment') return environmentNameOf(name);
  return source === 'file' ? `${name} in the config file` : `--${name}`;
}

function parsed(name: SettingName, texts: readonly string[], place: string): unknown {
  const setting: Setting<unknown> = settingTable[name];
  const result = setting.kind.parse(texts);
  if (result.kind === 'ok') return result.value;
  throw usageError(`${place}: ${result.message}`, `${name} takes ${setting.kind.placeholder}`);
}

/** An empty variable counts as not given: that is how most launchers pass "nothing". */
function environmentEntries(environment: Environment): readonly (readonly [string, string])[] {
  return Object.entries(environment)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
    .filter(([variable]) => variable.startsWith(environmentPrefix) && !otherEnvironmentNames.test(variable))
    .filter(([variable]) => !kubernetesServiceName.test(variable))
    .filter(([variable, value]) => !(kubernetesPortName.test(variable) && kubernetesPortValue.test(value)))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

function unknownInFile(name: string, path: string): Error {
  const meant = nearest(name, settingNames);
  return usageError(
    `${path} has an unknown setting: ${name}`,
    meant === undefined ? allNames() : `did you mean ${meant}?`,
  );
}

function unknownVariable(variable: string): Error {
  const meant = nearest(variable, [...settingNames.map(environmentNameOf), configEnvironmentName]);
  const hint =
    meant === undefined ? 'every T4_… variable must be a setting; see t4 run --help' : `did you mean ${meant}?`;
  return usageError(`unknown environment variable ${variable}`, hint);
}

function allNames(): string {
  return `settings are: ${settingsOf('run').join(', ')}`;
}
