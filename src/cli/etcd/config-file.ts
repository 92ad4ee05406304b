/** etcd's configuration file: YAML or JSON under the flags' names, with TLS in two groups, and durations as whole nanoseconds too. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { nearest } from '../nearest.ts';
import { EtcdUsageError } from './etcd-error.ts';
import type { EtcdFlag } from './flag.ts';
import { etcdFlagNamed, etcdFlags, passedOver } from './flags.ts';
import { readFlagValue } from './flag-value.ts';

const groups: Readonly<Record<string, (name: string) => string>> = {
  'client-transport-security': (name) => clientNames.get(name) ?? name,
  'peer-transport-security': (name) => `peer-${peerNames.get(name) ?? name}`,
};
const clientNames = new Map([['allowed-hostname', 'client-cert-allowed-hostname']]);
const peerNames = new Map([
  ['allowed-cn', 'cert-allowed-cn'],
  ['allowed-hostname', 'cert-allowed-hostname'],
  ['skip-client-san-verification', 'skip-client-san-verification'],
]);
/** Of the command line. */
const commandOnly: ReadonlySet<string> = new Set(['config-file', 'version']);
const nanosecondsPerMillisecond = 1_000_000;

export async function readEtcdConfigFile(path: string): Promise<ReadonlyMap<string, string>> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new EtcdUsageError(1, error instanceof Error ? error.message : String(error));
  });
  return parseEtcdConfigFile(content, path);
}

export function parseEtcdConfigFile(content: string, path: string): ReadonlyMap<string, string> {
  const document = parseDocument(content);
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw new EtcdUsageError(1, `${path}: ${problem.message.split('\n', 1)[0]}`);
  const root: unknown = document.toJS();
  const flags = new Map<string, string>();
  if (root === null || root === undefined) return flags;
  for (const [name, value] of entriesOf(root, path)) {
    const nameIn = groups[name];
    if (nameIn === undefined) take(flags, name, value, path);
    else for (const [inner, given] of entriesOf(value, `${path}: ${name}`)) take(flags, nameIn(inner), given, path);
  }
  return flags;
}

function take(flags: Map<string, string>, name: string, value: unknown, path: string): void {
  if (value === null || value === '' || passedOver.has(name)) return;
  const flag = etcdFlagNamed(name);
  if (flag === undefined || commandOnly.has(name)) throw unknown(name, path);
  const text = textOf(flag, value);
  const read = text === undefined ? undefined : readFlagValue(flag, text);
  if (read === undefined) throw new EtcdUsageError(1, `${path}: ${name}: ${JSON.stringify(value)} is no value for it`);
  flags.set(flag.name, read);
}

function textOf(flag: EtcdFlag, value: unknown): string | undefined {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value.join(',') : undefined;
  if (flag.value === 'duration' && typeof value === 'number') return `${value / nanosecondsPerMillisecond}ms`;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

function entriesOf(value: unknown, where: string): readonly (readonly [string, unknown])[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new EtcdUsageError(1, `${where}: must hold settings, one a line`);
}

/** etcd passes over what it does not know; a misspelt setting must not become a silent default. */
function unknown(name: string, path: string): EtcdUsageError {
  const names = etcdFlags.map((flag) => flag.name).filter((known) => !commandOnly.has(known));
  const meant = nearest(name, names);
  return new EtcdUsageError(1, `${path}: unknown setting ${name}`, meant && `did you mean ${meant}?`);
}
