/** TLS for a server process: the files that were named, or the certificate that it makes for itself. */
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { JwtKeyError, readJwtKeys } from '../server/auth/jwt-keys.ts';
import type { ServerLog } from '../server/log.ts';
import { TlsFileError } from '../server/tls/tls-files.ts';
import { createTlsMaterial, type TlsMaterial } from '../server/tls/tls-material.ts';
import { usageError } from './cli-error.ts';
import { isWildcard, type ListenAddress } from './listen-address.ts';
import { placeOf, type Settings } from './resolve-settings.ts';
import { tlsSettingsOf } from './security-settings.ts';

/** Undefined: there is no TLS, or `openAutoTls` has yet to make its certificate. */
export function openGivenTls(settings: Settings, log: ServerLog): TlsMaterial | undefined {
  const settle = tlsSettingsOf(settings);
  const { 'cert-file': certFile, 'key-file': keyFile } = settings.values;
  if (settle === undefined || certFile === undefined || keyFile === undefined) return undefined;
  return told(settings, 'cert-file', () => createTlsMaterial(settle({ certFile, keyFile }), log));
}

export interface AutoTlsOptions {
  readonly settings: Settings;
  readonly log: ServerLog;
  /** Undefined: everything is in memory. */
  readonly dataFolder: string | undefined;
  readonly listen: readonly ListenAddress[];
  readonly clientUrls: readonly string[];
  readonly wallMs: number;
}

/** Undefined: it was not asked for. */
export async function openAutoTls(options: AutoTlsOptions): Promise<TlsMaterial | undefined> {
  const { settings, log, dataFolder, wallMs } = options;
  const settle = tlsSettingsOf(settings);
  if (settle === undefined || !settings.values['auto-tls']) return undefined;
  if (dataFolder === undefined) {
    throw usageError('--auto-tls: it keeps its certificate in the data folder', 'name one with --data-dir');
  }
  // What it is made with is needed for nothing else.
  const { selfSignedFiles } = await import('../server/tls/self-signed.ts');
  const years = settings.values['self-signed-cert-validity'];
  const hosts = hostsOf(options);
  const files = selfSignedFiles(join(dataFolder, 'tls'), hosts, years, wallMs);
  log.warn({ ...files, hosts }, 'serving with a certificate that nobody but this node stands for');
  return createTlsMaterial(settle(files), log);
}

/** Whatever clients may call this node. */
function hostsOf({ listen, clientUrls }: AutoTlsOptions): readonly string[] {
  const everywhere = listen.some(({ host }) => isWildcard(host));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [
    ...new Set([
      'localhost',
      '127.0.0.1',
      ...listen.map(({ host }) => host).filter((host) => !isWildcard(host)),
      ...clientUrls.map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')),
      ...(everywhere ? [hostname(), ...own.map(({ address }) => address.replace(/%.*$/, ''))] : []),
    ]),
  ];
}

/** Before anything is opened: a server without its keys serves nobody. */
export function checkTokenKeys(settings: Settings): void {
  const token = settings.values['auth-token'];
  if (token.kind === 'jwt') told(settings, 'auth-token', () => readJwtKeys(token));
}

function told<Value>(settings: Settings, name: 'cert-file' | 'auth-token', act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof TlsFileError || error instanceof JwtKeyError)) throw error;
    throw usageError(`${placeOf(name, settings.sources.get(name))}: ${error.message}`);
  }
}
