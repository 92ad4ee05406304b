import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkTokenKeys, openAutoTls, openGivenTls } from '../../src/cli/open-tls.ts';
import { resolveSettings, type Settings } from '../../src/cli/resolve-settings.ts';
import { checkListen, checkListenMetrics, clientUrlsOf } from '../../src/cli/run-settings.ts';
import { createAuthority, opensslAbsence } from '../support/tls/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 't4-security-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function settingsOf(line: string): Settings {
  const given = line.split(' ').map((part) => {
    const [, name = '', value = 'true'] = /^--([^=]+)(?:=(.*))?$/.exec(part) ?? [];
    return [name, [value]] as const;
  });
  return resolveSettings({ command: 'run', flags: new Map(given) as never, environment: {}, file: undefined });
}

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('refused before anything is opened', () => {
  it.each([
    ['--cert-file=c', '--cert-file: it needs --key-file'],
    ['--key-file=k', '--key-file: it needs --cert-file'],
    ['--auto-tls --cert-file=c --key-file=k', '--auto-tls: there is a certificate already, in --cert-file'],
    ['--auto-tls --trusted-ca-file=a', '--auto-tls: who asks clients for certificates needs one that somebody stands'],
    ['--trusted-ca-file=a', '--trusted-ca-file: clients show certificates over TLS alone'],
    ['--client-cert-auth', '--client-cert-auth: it needs --trusted-ca-file'],
    ['--client-cert-auth --cert-file=c --key-file=k', '--client-cert-auth: it needs --trusted-ca-file'],
    ['--client-crl-file=r --cert-file=c --key-file=k', '--client-crl-file: it needs --trusted-ca-file'],
    ['--client-cert-allowed-cn=ann', '--client-cert-allowed-cn: it needs --trusted-ca-file'],
    ['--client-cert-allowed-hostname=h', '--client-cert-allowed-hostname: it needs --trusted-ca-file'],
    [
      '--cert-file=c --key-file=k --trusted-ca-file=a --client-cert-allowed-cn=a --client-cert-allowed-hostname=h',
      '--client-cert-allowed-cn: together with --client-cert-allowed-hostname it has no meaning',
    ],
    [
      '--tls-min-version=TLS1.3 --tls-max-version=TLS1.2',
      '--tls-min-version: it is newer than --tls-max-version TLS1.2',
    ],
    [
      '--tls-min-version=TLS1.3 --cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256',
      '--cipher-suites: cipher suites cannot be configured when only TLS1.3 is enabled',
    ],
    [`--cert-file=${folder}/none --key-file=${folder}/none`, `--cert-file: cannot read ${folder}/none`],
  ])('%s', (line, message) => {
    expect(() => openGivenTls(settingsOf(line), log)).toThrow(message);
  });

  it('a cipher suite that nobody knows', () => {
    expect(() => settingsOf('--cipher-suites=TLS_NULL')).toThrow('unexpected TLS cipher suite "TLS_NULL"');
  });

  it('keys for tokens that cannot be used', () => {
    const missing = join(folder, 'none');
    expect(() => checkTokenKeys(settingsOf(`--auth-token=jwt,sign-method=RS256,priv-key=${missing}`))).toThrow(
      `--auth-token: cannot read ${missing}`,
    );
    expect(() => checkTokenKeys(settingsOf('--auth-token=simple'))).not.toThrow();
  });
});

describe('an address that other machines reach', () => {
  const open = '--listen=0.0.0.0:1 --advertise-client-urls=http://a.example:1';
  it('needs encryption, or a word that it shall have none', () => {
    expect(() => checkListen(settingsOf(open))).toThrow('0.0.0.0:1 can be reached from other machines');
    for (const more of ['--allow-insecure-listen', '--auto-tls', '--cert-file=c --key-file=k']) {
      expect(() => checkListen(settingsOf(`${open} ${more}`))).not.toThrow();
    }
  });

  it('serves no metrics in clear text because of a certificate', () => {
    const settings = settingsOf('--auto-tls --listen-metrics-urls=http://0.0.0.0:2');
    expect(() => checkListenMetrics(settings)).toThrow('metrics are served there without encryption');
  });
});

it('members are told by https where there is a certificate', () => {
  expect(clientUrlsOf(settingsOf('--auto-tls'), [{ host: '127.0.0.1', port: 5 }])).toEqual(['https://127.0.0.1:5']);
  expect(() => clientUrlsOf(settingsOf('--auto-tls'), [{ host: '::', port: 5 }])).toThrow('does not tell');
});

describe.skipIf(opensslAbsence !== undefined)('files', () => {
  it('are held against each other', () => {
    const authority = createAuthority('authority');
    const one = authority.sign('one');
    const other = authority.sign('other');
    const certFile = write('cert.pem', one.certificate);
    const keyFile = write('key.pem', one.key);
    const otherKey = write('other.pem', other.key);
    const ca = write('ca.pem', authority.certificate);
    const pair = `--cert-file=${certFile} --key-file=${keyFile}`;
    expect(openGivenTls(settingsOf(pair), log)?.options).toMatchObject({ requestCert: false, minVersion: 'TLSv1.2' });
    expect(openGivenTls(settingsOf(`${pair} --trusted-ca-file=${ca}`), log)?.options).toMatchObject({
      requestCert: true,
      rejectUnauthorized: true,
    });
    for (const [line, message] of [
      [`--cert-file=${certFile} --key-file=${otherKey}`, 'is not that of the certificate in'],
      [`--cert-file=${keyFile} --key-file=${keyFile}`, `${keyFile} has no certificate in PEM`],
      [`--cert-file=${certFile} --key-file=${certFile}`, `${certFile} has no private key in PEM`],
      [`${pair} --trusted-ca-file=${keyFile}`, `${keyFile} has no certificate in PEM`],
      [`${pair} --trusted-ca-file=${ca} --client-crl-file=${ca}`, `${ca} has no revocation list`],
    ] as const) {
      expect(() => openGivenTls(settingsOf(line), log)).toThrow(message);
    }
  });
});

describe('--auto-tls', () => {
  const settings = settingsOf('--auto-tls');
  const options = {
    settings,
    log,
    listen: [{ host: '::1', port: 1 }],
    clientUrls: ['https://node.example:1', 'https://[fe80::1]:1'],
    wallMs: Date.UTC(2026, 0, 1),
  };

  it('keeps one certificate in the data folder, for every name of this node, until it nears its end', async () => {
    const dataFolder = join(folder, 'data');
    const certificateAt = async (changes: object) => {
      const tls = await openAutoTls({ ...options, dataFolder, ...changes });
      return new X509Certificate(tls!.options.cert as string);
    };
    const first = await certificateAt({});
    for (const host of ['localhost', 'node.example']) expect(first.checkHost(host)).toBe(host);
    for (const address of ['127.0.0.1', '::1', 'fe80::1']) expect(first.checkIP(address)).toBe(address);
    expect(first.verify(first.publicKey)).toBe(true);
    expect([Date.parse(first.validFrom), Date.parse(first.validTo)]).toEqual([
      Date.UTC(2026, 0, 1),
      Date.UTC(2027, 0, 1),
    ]);
    expect(statSync(join(dataFolder, 'tls', 'key.pem')).mode & 0o777).toBe(0o600);
    expect((await certificateAt({ wallMs: Date.UTC(2026, 11, 1) })).serialNumber).toBe(first.serialNumber);
    const renewed = await certificateAt({ wallMs: Date.UTC(2026, 11, 3) });
    expect(renewed.serialNumber).not.toBe(first.serialNumber);
    const moved = await certificateAt({ wallMs: Date.UTC(2026, 11, 3), clientUrls: ['https://other.example:1'] });
    expect(moved.checkHost('other.example')).toBe('other.example');
    writeFileSync(join(dataFolder, 'tls', 'cert.pem'), 'damaged');
    expect((await certificateAt({})).checkHost('node.example')).toBe('node.example');
  });

  it('is refused without a folder to keep it in, and does nothing where it was not asked for', async () => {
    await expect(openAutoTls({ ...options, dataFolder: undefined })).rejects.toThrow(
      'keeps its certificate in the data',
    );
    expect(
      await openAutoTls({ ...options, settings: settingsOf('--auto-tls=false'), dataFolder: folder }),
    ).toBeUndefined();
  });
});
