import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority of the test's own, and what it signed. Made by the machine's openssl. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface TestAuthority extends TestCertificate {
  /** For a server at 127.0.0.1 and localhost, and for a client. */
  sign(commonName: string): TestCertificate;
  /** A list of those that are taken back. */
  revoke(...certificates: readonly TestCertificate[]): string;
}

/** Undefined: there is no openssl, so tests with certificates are skipped. */
export const opensslAbsence: string | undefined = hasOpenssl() ? undefined : 'no openssl on this machine';

export function createAuthority(name: string): TestAuthority {
  return inFolder((folder) => {
    const key = join(folder, 'key.pem');
    const args = ['-x509', ...newKey, '-keyout', key, '-subj', `/CN=${name}`, '-days', days];
    const certificate = openssl('req', ...args);
    const authority = { certificate, key: readFileSync(key, 'utf8') };
    return {
      ...authority,
      sign: (commonName) => sign(authority, commonName),
      revoke: (...certificates) => revoke(authority, certificates),
    };
  });
}

const days = '3650';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function sign(authority: TestCertificate, commonName: string): TestCertificate {
  return inFolder((folder) => {
    const path = (file: string) => join(folder, file);
    writeFileSync(path('ca.pem'), authority.certificate);
    writeFileSync(path('ca-key.pem'), authority.key);
    writeFileSync(
      path('extensions'),
      'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth',
    );
    const subject = commonName === '' ? '/' : `/CN=${commonName}`;
    openssl('req', '-utf8', ...newKey, '-keyout', path('key.pem'), '-subj', subject, '-out', path('request.pem'));
    const signing = ['-CA', path('ca.pem'), '-CAkey', path('ca-key.pem'), '-extfile', path('extensions')];
    const certificate = openssl('x509', '-req', '-in', path('request.pem'), ...signing, '-days', days);
    return { certificate, key: readFileSync(path('key.pem'), 'utf8') };
  });
}

function revoke(authority: TestCertificate, certificates: readonly TestCertificate[]): string {
  return inFolder((folder) => {
    const path = (file: string) => join(folder, file);
    writeFileSync(path('ca.pem'), authority.certificate);
    writeFileSync(path('ca-key.pem'), authority.key);
    writeFileSync(path('index'), '');
    const section = ['[ca]', 'default_ca=it', '[it]', `database=${path('index')}`, 'default_md=sha256'];
    writeFileSync(path('config'), [...section, 'default_crl_days=3650', ''].join('\n'));
    const by = ['ca', '-config', path('config'), '-cert', path('ca.pem'), '-keyfile', path('ca-key.pem')];
    for (const { certificate } of certificates) {
      writeFileSync(path('revoked.pem'), certificate);
      openssl(...by, '-revoke', path('revoked.pem'));
    }
    return openssl(...by, '-gencrl');
  });
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 't4-certificates-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function hasOpenssl(): boolean {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
}
