/** A command line as Go's `flag` package reads it: one dash or two, `-name value` or `-name=value`, switches without a value, the last one counts. */
import { nearest } from '../nearest.ts';
import { settingTable, type SettingName, settingsOf } from '../settings.ts';
import type { Setting } from '../setting.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { etcdFlagNamed, etcdFlags, formerNames, passedOver } from './flags.ts';
import { readFlagValue } from './flag-value.ts';

export interface GivenArguments {
  /** By etcd's name of today. */
  readonly flags: ReadonlyMap<string, string>;
  /** T4's own settings, beside etcd's flags. */
  readonly own: ReadonlyMap<SettingName, readonly string[]>;
  /** Names that were given and mean nothing, or are called otherwise today. */
  readonly passedOver: readonly string[];
  readonly former: readonly string[];
  readonly help: boolean;
}

/** What etcd's flags say in another way. */
const saidByEtcd: ReadonlySet<SettingName> = new Set([
  'listen',
  'node-id',
  'allow-insecure-listen',
  'accept-local-loss',
]);

/** Settings of `t4 run` that no flag of etcd's stands for; never a secret, which other users of the machine could read. */
export const ownSettings: readonly SettingName[] = settingsOf('run').filter(
  (name) =>
    etcdFlagNamed(name) === undefined && !saidByEtcd.has(name) && !(settingTable[name] as Setting<unknown>).secret,
);

export function parseArguments(argv: readonly string[]): GivenArguments {
  const flags = new Map<string, string>();
  const own = new Map<SettingName, readonly string[]>();
  const passed: string[] = [];
  const former: string[] = [];
  let help = false;
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--' || argument === '-' || !argument.startsWith('-')) {
      const word = argument === '--' ? rest.shift() : argument;
      if (word === undefined) break;
      throw new EtcdUsageError(1, `${JSON.stringify(word)} is not a valid flag`);
    }
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument);
    if (match === null) throw new EtcdUsageError(2, `bad flag syntax: ${argument}`);
    const [, name = '', given] = match;
    const value = (isSwitch: boolean): string => valueOf(name, given, isSwitch, rest);
    const flag = etcdFlagNamed(name);
    if (flag !== undefined) {
      const text = value(flag.value === 'bool');
      const read = readFlagValue(flag, text);
      if (read === undefined) throw invalid(name, flag.value === 'bool', text);
      if (formerNames.has(name)) former.push(name);
      flags.set(flag.name, read);
    } else if (passedOver.has(name)) passed.push(name);
    else if (isOwn(name)) own.set(name, [...(own.get(name) ?? []), value(isSwitchSetting(name))]);
    else if (name === 'help' || name === 'h') help = true;
    else throw unknown(name);
  }
  return { flags, own, passedOver: passed, former, help };
}

function valueOf(name: string, given: string | undefined, isSwitch: boolean, rest: string[]): string {
  if (given !== undefined) return given;
  if (isSwitch) return 'true';
  const next = rest.shift();
  if (next === undefined) throw new EtcdUsageError(2, `flag needs an argument: -${name}`);
  return next;
}

function isOwn(name: string): name is SettingName {
  return (ownSettings as readonly string[]).includes(name);
}

function isSwitchSetting(name: SettingName): boolean {
  return (settingTable[name] as Setting<unknown>).kind.flag;
}

function invalid(name: string, isSwitch: boolean, text: string): EtcdUsageError {
  const value = JSON.stringify(text);
  return new EtcdUsageError(
    2,
    isSwitch
      ? `invalid boolean value ${value} for -${name}: parse error`
      : `invalid value ${value} for flag -${name}: parse error`,
  );
}

function unknown(name: string): EtcdUsageError {
  const meant = nearest(name, [...etcdFlags.map((flag) => flag.name), ...ownSettings]);
  return new EtcdUsageError(
    2,
    `flag provided but not defined: -${name}`,
    meant === undefined ? 't4 etcd --help tells what there is' : `did you mean --${meant}?`,
  );
}
