import { constants } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type TLSSocket, type TlsOptions } from 'node:tls';
import type { ServerLog } from '../log.ts';
import { opensslCiphersOf } from './cipher-suites.ts';
import { type AllowedPeers, isAllowed, settlePeer } from './peer-certificate.ts';
import { readTlsFiles, TlsFileError, type TlsFilePaths, versionOf } from './tls-files.ts';

/**
 * What a listener needs to speak TLS, and what it may believe of who connects.
 *
 * - Files are looked at every second: a renewed certificate needs no restart. Files that make no sense leave what was last good in force,
 *   and the log is told.
 * - Where clients show certificates no session is resumed: a certificate that was taken back since would come in again.
 */
export interface TlsSettings {
  readonly files: TlsFilePaths;
  readonly allowed: AllowedPeers;
  /** As etcd's flag names them; empty: Node's own. */
  readonly cipherSuites: readonly string[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface TlsMaterial {
  /** For `tls.createServer` or `https.createServer`; ALPN is the caller's affair. */
  readonly options: TlsOptions;
  /** Calls the listener with what the files have become, for `setSecureContext`; the answer ends that. */
  onChange(listener: (options: SecureContextOptions) => void): () => void;
  /** To be asked once the handshake is done and before a byte is read; who is not admitted is to be cut off. */
  admits(socket: TLSSocket): boolean;
}

const lookIntervalMs = 1_000;

/** Throws a `TlsFileError` when the files cannot be used. */
export function createTlsMaterial(settings: TlsSettings, log: ServerLog, intervalMs = lookIntervalMs): TlsMaterial {
  const { files } = settings;
  // Before they are read: what is written meanwhile is read again.
  const versionFirst = versionOf(files);
  return {
    options: optionsOf(settings),
    onChange: (listener) => {
      let version = versionFirst;
      const timer = setInterval(() => {
        const found = versionOf(files);
        if (found === version) return;
        version = found;
        try {
          listener(optionsOf(settings));
          log.info({ files }, 'TLS files were read again');
        } catch (error) {
          log.error(
            { error, files },
            'the TLS files were changed and cannot be used: what was read before stays in force',
          );
        }
      }, intervalMs);
      timer.unref();
      return () => clearInterval(timer);
    },
    admits: (socket) => {
      const { remoteAddress: address } = socket;
      try {
        settlePeer(socket);
        if (files.trustedCaFile === undefined || isAllowed(socket, settings.allowed)) return true;
        log.warn({ address }, 'client certificate authentication failed');
      } catch (error) {
        log.error({ error, address }, 'a client certificate could not be looked at: the client is not admitted');
      }
      return false;
    },
  };
}

/** Anything longer is no client that means well. */
const handshakeTimeoutMs = 10_000;

function optionsOf(settings: TlsSettings): TlsOptions {
  const { files, cipherSuites, minVersion, maxVersion } = settings;
  const { cert, key, ca, crl } = readTlsFiles(files);
  const asksForCertificates = ca !== undefined;
  const options: TlsOptions = {
    cert,
    key,
    minVersion,
    maxVersion,
    honorCipherOrder: true,
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: asksForCertificates,
    rejectUnauthorized: asksForCertificates,
    ...(ca === undefined ? {} : { ca: [...ca], secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(crl === undefined ? {} : { crl: [...crl] }),
    ...(cipherSuites.length === 0 ? {} : { ciphers: opensslCiphersOf(cipherSuites) }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new TlsFileError(`the TLS files cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return options;
}
