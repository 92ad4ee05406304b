/** One flag of etcd 3.6, and what it does here. */

export type FlagValue = 'text' | 'bool' | 'int' | 'uint' | 'duration' | 'urls' | 'list';

/** What becomes of a value that is given. */
export type Here =
  /** It is T4's setting of the same name. */
  | { readonly kind: 'setting' }
  /** It goes into other settings, or is for the command itself. */
  | { readonly kind: 'used' }
  /** It is read, checked, and has no meaning here; a warning says so. */
  | { readonly kind: 'ignored' }
  /** Taking it would lie: anything but the default, or one of these, is an error. */
  | { readonly kind: 'refused'; readonly allowed: readonly string[] };

export interface EtcdFlag {
  readonly name: string;
  readonly group: FlagGroup;
  readonly value: FlagValue;
  readonly default: string;
  readonly here: Here;
  /** What it does here, or why it does nothing. */
  readonly note: string;
}

export const flagGroups = [
  'Member',
  'Clustering',
  'Security',
  'Auth',
  'Monitoring',
  'Logging',
  'Features',
  'Unsafe',
  'Gone',
] as const;
export type FlagGroup = (typeof flagGroups)[number];

type Row = readonly [
  name: string,
  value: FlagValue,
  byDefault: string,
  here: Here['kind'],
  note: string,
  allowed?: readonly string[],
];

export function flagsOf(group: FlagGroup, rows: readonly Row[]): readonly EtcdFlag[] {
  return rows.map(([name, value, byDefault, kind, note, allowed = []]) => ({
    name,
    group,
    value,
    default: byDefault,
    here: kind === 'refused' ? { kind, allowed } : { kind },
    note,
  }));
}
