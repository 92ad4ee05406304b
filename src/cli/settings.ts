/**
 * Every setting of T4, once; a file a group, in `settings/`. A setting has one name everywhere: `--data-dir` on the command line,
 * `T4_DATA_DIR` in the environment, `data-dir:` in a config file. Help, validation and docs/configuration.md come from this table.
 */
import type { CommandName, Setting } from './setting.ts';
import { authenticationSettings } from './settings/authentication.ts';
import { clientSettings } from './settings/clients.ts';
import { connectionSettings } from './settings/connection.ts';
import { etcdSettings } from './settings/etcd.ts';
import { logSettings } from './settings/logs.ts';
import { nodeSettings } from './settings/node.ts';
import { objectStoreSettings } from './settings/object-store.ts';
import { tlsSettings } from './settings/tls.ts';
import { tuningSettings } from './settings/tuning.ts';
import type { RequiredSetting } from './settings/describe.ts';

export const settingTable = {
  ...objectStoreSettings,
  ...etcdSettings,
  ...nodeSettings,
  ...clientSettings,
  ...authenticationSettings,
  ...tlsSettings,
  ...tuningSettings,
  ...connectionSettings,
  ...logSettings,
} as const;

export type SettingName = keyof typeof settingTable;

export type SettingValues = {
  readonly [Name in SettingName]: (typeof settingTable)[Name] extends RequiredSetting<infer Value>
    ? Value
    : (typeof settingTable)[Name] extends Setting<infer Value>
      ? Value | undefined
      : never;
};

export const settingNames = Object.keys(settingTable) as readonly SettingName[];

export function settingsOf(command: CommandName): readonly SettingName[] {
  return settingNames.filter((name) => (settingTable[name] as Setting<unknown>).commands.includes(command));
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingTable, name);
}

export function environmentNameOf(name: SettingName): string {
  return `T4_${name.replaceAll('-', '_').toUpperCase()}`;
}
