/** A setting as an option of the command line. */
import { Option, type Command } from 'commander';
import { usageError } from './cli-error.ts';
import type { Setting } from './setting.ts';
import { environmentNameOf, settingTable, type SettingName } from './settings.ts';

export function addSettingOption(command: Command, name: SettingName): void {
  const setting: Setting<unknown> = settingTable[name];
  const withValue = `--${name} <${setting.kind.placeholder}>`;
  if (setting.secret) {
    command.addOption(new Option(withValue).argParser(() => refuseSecret(name)).hideHelp());
    return;
  }
  const group = `${setting.group}:`;
  const help = `${setting.help} ${defaultText(setting)}`;
  if (setting.kind.flag) {
    command.addOption(new Option(`--${name}`, help).helpGroup(group));
    command.addOption(new Option(`--no-${name}`).hideHelp());
    return;
  }
  const collect = (given: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    given,
  ];
  command.addOption(new Option(withValue, help).argParser(collect).helpGroup(group));
}

function refuseSecret(name: SettingName): never {
  throw usageError(
    `--${name}: a secret on the command line can be read by every user of the machine`,
    `use ${environmentNameOf(name)} or the config file`,
  );
}

function defaultText(setting: Setting<unknown>): string {
  if (setting.default !== undefined) return setting.kind.flag ? '(default: off)' : `(default: ${setting.default})`;
  return `(default: ${setting.defaultNote ?? 'none'})`;
}

/** As the command line gave them; the others are not in it. */
export function settingsGiven(
  command: Command,
  names: readonly SettingName[],
): ReadonlyMap<SettingName, readonly string[]> {
  const flags = new Map<SettingName, readonly string[]>();
  for (const name of names) {
    const given: unknown = command.getOptionValue(camelCase(name));
    if (typeof given === 'boolean') flags.set(name, [String(given)]);
    else if (given !== undefined) flags.set(name, given as readonly string[]);
  }
  return flags;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
