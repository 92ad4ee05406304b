/** From etcd's values to T4's settings for a node. */
import { join } from 'node:path';
import { parseGoDuration } from '../go-duration.ts';
import { formatAddress, isLoopback } from '../listen-address.ts';
import { resolveSettings, type Environment, type Settings } from '../resolve-settings.ts';
import { isSettingName, type SettingName } from '../settings.ts';
import { urlsOf, type EtcdValues } from './check-values.ts';
import { EtcdUsageError } from './etcd-error.ts';
import type { EtcdFlag } from './flag.ts';
import { looksBeforeItServes } from './feature-gates.ts';
import { isDefault } from './flag-value.ts';
import { etcdFlags } from './flags.ts';

export interface EtcdGiven {
  readonly values: EtcdValues;
  isGiven(name: string): boolean;
  readonly own: ReadonlyMap<SettingName, readonly string[]>;
  readonly environment: Environment;
}

/** `NAME.etcd` when nothing was said. */
export function dataFolderOf(values: EtcdValues): string {
  return values('data-dir') || `${values('name')}.etcd`;
}

/** Whether somebody else may find the same object store. */
export function isStoreShared({ own, environment }: Pick<EtcdGiven, 'own' | 'environment'>): boolean {
  return ['store', 's3-bucket'].some(
    (name) => own.has(name as SettingName) || (environment[`T4_${name.replace('-', '_').toUpperCase()}`] ?? '') !== '',
  );
}

export function settingsOfEtcd(given: EtcdGiven): Settings {
  const { values, own, environment } = given;
  const folder = dataFolderOf(values);
  const flags = new Map<SettingName, readonly string[]>(own);
  const set = (name: SettingName, text: string): void => void flags.set(name, [text]);
  if (!isStoreShared(given)) set('store', `file:${join(folder, 'store')}`);
  set('data-dir', join(folder, 'node'));
  set('node-id', values('name'));
  set('advertise-client-urls', values('advertise-client-urls'));
  const secure = setListen(values, set);
  const quota = Number(values('quota-backend-bytes'));
  if (quota > 0) set('quota-backend-bytes', String(quota));
  if (looksBeforeItServes(values)) set('initial-corrupt-check', 'true');
  for (const flag of etcdFlags) {
    if (flag.here.kind !== 'setting' || !given.isGiven(flag.name)) continue;
    if (!secure && tlsFlags.has(flag.name)) continue;
    const text = values(flag.name);
    if (isSettingName(flag.name)) {
      if (text !== '') set(flag.name, textOf(flag, text));
    } else if (!isDefault(flag, text)) throw notYet(flag, text);
  }
  return resolveSettings({ command: 'run', flags, environment, file: undefined });
}

/** Of TLS: etcd passes them over where it serves no https. */
export const tlsFlags: ReadonlySet<string> = new Set([
  'cert-file',
  'key-file',
  'client-cert-auth',
  'client-crl-file',
  'client-cert-allowed-hostname',
  'trusted-ca-file',
  'auto-tls',
  'self-signed-cert-validity',
  'cipher-suites',
  'tls-min-version',
  'tls-max-version',
]);

/** True: with TLS. */
function setListen(values: EtcdValues, set: (name: SettingName, text: string) => void): boolean {
  const urls = urlsOf(values('listen-client-urls'));
  const schemes = new Set(urls.map(({ protocol }) => protocol));
  if (schemes.size > 1)
    throw new EtcdUsageError(1, '--listen-client-urls: http and https together', 'start with one of them');
  const secure = schemes.has('https:');
  if (secure && values('cert-file') === '' && values('auto-tls') !== 'true') {
    throw new EtcdUsageError(
      1,
      `TLS key/cert (--cert-file, --key-file) must be provided for client url ${values('listen-client-urls')} with HTTPS scheme`,
    );
  }
  const addresses = urls.map(({ hostname, port, protocol }) => ({
    host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPorts[protocol]! : Number(port),
  }));
  set('listen', addresses.map(formatAddress).join(','));
  const metrics = urlsOf(values('listen-metrics-urls'));
  const isOpen = (host: string): boolean => !isLoopback(host.replace(/^\[|\]$/g, ''));
  // etcd serves where it is told to, and warns.
  if (addresses.some(({ host }) => isOpen(host)) || metrics.some(({ hostname }) => isOpen(hostname)))
    set('allow-insecure-listen', 'true');
  return secure;
}

/** What `URL` leaves out. */
const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function textOf(flag: EtcdFlag, text: string): string {
  if (flag.name === 'auth-token-ttl') return `${text}s`;
  if (flag.value !== 'duration') return text;
  return `${Math.round(parseGoDuration(text)!)}ms`;
}

function notYet(flag: EtcdFlag, text: string): EtcdUsageError {
  return new EtcdUsageError(1, `--${flag.name} ${JSON.stringify(text)} cannot be had here yet: ${flag.note}`);
}
