import type { Setting, SettingKind } from '../setting.ts';

export interface RequiredSetting<Value> extends Setting<Value> {
  readonly default: string;
}

type Description<Value> = Omit<Setting<Value>, 'kind' | 'default' | 'secret'> & { readonly secret?: boolean };

export function required<Value>(
  kind: SettingKind<Value>,
  description: Description<Value> & { readonly default: string },
): RequiredSetting<Value> {
  return { kind, secret: false, ...description };
}

export function optional<Value>(kind: SettingKind<Value>, description: Description<Value>): Setting<Value> {
  return { kind, secret: false, ...description, default: undefined };
}
