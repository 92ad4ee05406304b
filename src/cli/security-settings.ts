/** Who is who, and TLS: what the settings say of them together, and which of them make no sense together. */
import type { AuthSettings } from '../server/auth/authenticator.ts';
import type { TlsFilePaths } from '../server/tls/tls-files.ts';
import type { TlsSettings } from '../server/tls/tls-material.ts';
import { usageError } from './cli-error.ts';
import { isLoopback } from './listen-address.ts';
import { placeOf, type Settings } from './resolve-settings.ts';
import type { SettingName } from './settings.ts';

export function authSettingsOf({ values }: Settings): AuthSettings {
  return {
    token: values['auth-token'],
    simpleTokenTtlMs: values['auth-token-ttl'],
    bcryptCost: values['bcrypt-cost'],
    failuresPerMinute: values['auth-failures-per-minute'],
    clientCertAuth: values['client-cert-auth'],
  };
}

/** True when clients are served with TLS. */
export function isEncrypted({ values }: Settings): boolean {
  return values['cert-file'] !== undefined || values['auto-tls'];
}

/** Other machines reach it, and come in without a certificate. */
export function isOpenToAll({ values }: Settings): boolean {
  return values['trusted-ca-file'] === undefined && values.listen.some(({ host }) => !isLoopback(host));
}

/** All but the certificate and its key, which `--auto-tls` has yet to make. Undefined: no TLS. */
export function tlsSettingsOf(settings: Settings): ((files: TlsFilePaths) => TlsSettings) | undefined {
  const { values } = settings;
  checkFiles(settings);
  checkClientCertificates(settings);
  checkVersions(settings);
  if (!isEncrypted(settings)) return undefined;
  return (files) => ({
    files: { ...files, trustedCaFile: values['trusted-ca-file'], crlFile: values['client-crl-file'] },
    allowed: {
      commonNames: values['client-cert-allowed-cn'] ?? [],
      hostnames: values['client-cert-allowed-hostname'] ?? [],
    },
    cipherSuites: values['cipher-suites'] ?? [],
    minVersion: values['tls-min-version'] === 'TLS1.2' ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: values['tls-max-version'] === 'TLS1.2' ? 'TLSv1.2' : 'TLSv1.3',
  });
}

function checkFiles(settings: Settings): void {
  const { values } = settings;
  const certFile = values['cert-file'];
  const keyFile = values['key-file'];
  if (certFile !== undefined && keyFile === undefined) refuse(settings, 'cert-file', 'it needs --key-file');
  if (keyFile !== undefined && certFile === undefined) refuse(settings, 'key-file', 'it needs --cert-file');
  if (!values['auto-tls']) return;
  if (certFile !== undefined) refuse(settings, 'auto-tls', 'there is a certificate already, in --cert-file');
  if (values['trusted-ca-file'] !== undefined) {
    refuse(settings, 'auto-tls', 'who asks clients for certificates needs one that somebody stands for');
  }
}

const needTrust = [
  'client-cert-auth',
  'client-crl-file',
  'client-cert-allowed-cn',
  'client-cert-allowed-hostname',
] as const;

function checkClientCertificates(settings: Settings): void {
  const { values } = settings;
  const trusted = values['trusted-ca-file'];
  if (trusted !== undefined && values['cert-file'] === undefined) {
    refuse(
      settings,
      'trusted-ca-file',
      'clients show certificates over TLS alone: it needs --cert-file and --key-file',
    );
  }
  const asked = needTrust.find((name) => values[name] !== undefined && values[name] !== false);
  if (asked !== undefined && trusted === undefined) refuse(settings, asked, 'it needs --trusted-ca-file');
  if (values['client-cert-allowed-cn'] !== undefined && values['client-cert-allowed-hostname'] !== undefined) {
    refuse(settings, 'client-cert-allowed-cn', 'together with --client-cert-allowed-hostname it has no meaning');
  }
}

function checkVersions(settings: Settings): void {
  const { values } = settings;
  if (values['tls-min-version'] > values['tls-max-version']) {
    refuse(settings, 'tls-min-version', `it is newer than --tls-max-version ${values['tls-max-version']}`);
  }
  if (values['cipher-suites'] !== undefined && values['tls-min-version'] === 'TLS1.3') {
    refuse(settings, 'cipher-suites', 'cipher suites cannot be configured when only TLS1.3 is enabled');
  }
}

function refuse(settings: Settings, name: SettingName, problem: string): never {
  throw usageError(
    `${placeOf(name, settings.sources.get(name))}: ${problem}`,
    'see the settings for TLS: t4 run --help',
  );
}
