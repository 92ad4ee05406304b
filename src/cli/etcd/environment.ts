/** `ETCD_*` variables, as etcd reads them: an empty one is none, one beside its flag ends the start, one that nobody knows is told. */
import type { Environment } from '../resolve-settings.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { etcdFlags, formerNames } from './flags.ts';
import type { EtcdFlag } from './flag.ts';
import { readFlagValue } from './flag-value.ts';

export interface FromEnvironment {
  readonly flags: ReadonlyMap<string, string>;
  /** `ETCD_NAME`s that were used. */
  readonly used: readonly string[];
  readonly unknown: readonly string[];
}

const prefix = 'ETCD_';
/** etcd's own, for its tests and its builds. */
const notFlags = new Set(['ETCD_VERSION', 'ETCD_UNSUPPORTED_ARCH', 'ETCDCTL_API']);

export function variableOf(flag: string): string {
  return prefix + flag.replaceAll('-', '_').toUpperCase();
}

export function readEnvironment(environment: Environment, given: ReadonlyMap<string, string>): FromEnvironment {
  const flags = new Map<string, string>();
  const used: string[] = [];
  const names = [...etcdFlags.map((flag) => [flag, flag.name] as const), ...formerEntries()];
  const known = new Set(names.map(([, name]) => variableOf(name)));
  for (const [flag, name] of names) {
    const variable = variableOf(name);
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    if (given.has(flag.name)) throw conflict(variable);
    const read = readFlagValue(flag, text);
    if (read === undefined)
      throw new EtcdUsageError(1, `invalid value ${JSON.stringify(text)} for ${variable}: parse error`);
    flags.set(flag.name, read);
    used.push(variable);
  }
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.has(name) && !notFlags.has(name))
    .sort();
  return { flags, used, unknown };
}

function formerEntries(): (readonly [EtcdFlag, string])[] {
  return [...formerNames].map(([former, name]) => [etcdFlags.find((flag) => flag.name === name)!, former]);
}

function conflict(variable: string): EtcdUsageError {
  return new EtcdUsageError(
    1,
    `conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag)): ${variable}`,
  );
}
