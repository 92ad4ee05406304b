import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** The files of one listener's TLS, read and held against each other, so that what is wrong is told by file and not by a handshake. */
export interface TlsFilePaths {
  readonly certFile: string;
  readonly keyFile: string;
  /** Whose certificates clients must show. Undefined: none are asked for. */
  readonly trustedCaFile?: string | undefined;
  /** Certificates that the same authorities took back. */
  readonly crlFile?: string | undefined;
}

/** As OpenSSL takes them. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca?: readonly string[];
  readonly crl?: readonly string[];
}

/** Its message is for operators. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

export function readTlsFiles(paths: TlsFilePaths): TlsFiles {
  const cert = readText(paths.certFile);
  const key = readText(paths.keyFile);
  checkPair(paths, cert, key);
  return {
    cert,
    key,
    ...(paths.trustedCaFile === undefined ? {} : { ca: authoritiesOf(paths.trustedCaFile) }),
    ...(paths.crlFile === undefined ? {} : { crl: revocationListsOf(paths.crlFile) }),
  };
}

/** Differs when a file was written, replaced or taken away since. */
export function versionOf(paths: TlsFilePaths): string {
  return [paths.certFile, paths.keyFile, paths.trustedCaFile, paths.crlFile]
    .filter((path) => path !== undefined)
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    })
    .join(', ');
}

function checkPair({ certFile, keyFile }: TlsFilePaths, cert: string, key: string): void {
  const certificate = told(`${certFile} has no certificate in PEM`, () => new X509Certificate(cert));
  const privateKey = told(`${keyFile} has no private key in PEM without a passphrase`, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsFileError(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  }
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function authoritiesOf(path: string): readonly string[] {
  const blocks = readText(path).match(certificatePattern) ?? [];
  if (blocks.length === 0) throw new TlsFileError(`${path} has no certificate in PEM`);
  for (const block of blocks) told(`${path} has a damaged certificate`, () => new X509Certificate(block));
  return blocks;
}

const revocationListPattern = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;
/** First byte of every DER sequence. */
const sequenceTag = 0x30;

/** etcd takes DER, OpenSSL's tools make PEM: both are taken. Whether it is whole is told when a context is made of it. */
function revocationListsOf(path: string): readonly string[] {
  const bytes = read(path);
  const blocks = bytes.toString('latin1').match(revocationListPattern) ?? [];
  if (blocks.length > 0) return blocks;
  if (bytes[0] !== sequenceTag) throw new TlsFileError(`${path} has no revocation list, neither in PEM nor in DER`);
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')];
}

function readText(path: string): string {
  return read(path).toString('utf8');
}

function read(path: string): Buffer {
  return told(`cannot read ${path}`, () => readFileSync(path));
}

function told<Value>(what: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw new TlsFileError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
