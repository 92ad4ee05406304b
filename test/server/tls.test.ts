import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/core/types/auth.ts';
import { authDefaults } from '../../src/server/auth/authenticator.ts';
import { AuthenticateRequest } from '../../src/server/generated/etcdserverpb/auth.ts';
import { startServer, type ClientServer } from '../../src/server/server.ts';
import { createTlsMaterial, type TlsSettings } from '../../src/server/tls/tls-material.ts';
import {
  createAuthority,
  opensslAbsence,
  type TestAuthority,
  type TestCertificate,
} from '../support/tls/certificates.ts';
import { callHeaders, messageFrame } from '../../bench/generator/frames.ts';
import { createFakeDatabase, type FakeDatabase } from './fake-database.ts';

const skip = opensslAbsence !== undefined;
const folder = mkdtempSync(join(tmpdir(), 't4-tls-'));
let authority: TestAuthority;
let ann: TestCertificate;
let server: ClientServer | undefined;
let database: FakeDatabase;
let logged: string[];
let loggedFields: object[];

beforeAll(() => {
  if (skip) return;
  authority = createAuthority('authority');
  ann = authority.sign('ann');
  writeServer(authority.sign('server'));
  write('ca.pem', authority.certificate);
});

afterEach(async () => {
  await server?.stop(1_000);
  server = undefined;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function writeServer({ certificate, key }: TestCertificate): void {
  write('cert.pem', certificate);
  write('key.pem', key);
}

interface Given extends Partial<Omit<TlsSettings, 'files'>> {
  readonly crlFile?: string;
  readonly asksForCertificates?: boolean;
  readonly clientCertAuth?: boolean;
}

async function start(given: Given = {}): Promise<number> {
  const { crlFile, asksForCertificates = true, clientCertAuth = true, ...settings } = given;
  database = createFakeDatabase();
  database.answer('auth-user-list', { kind: 'auth-user-list', users: [] });
  logged = [];
  loggedFields = [];
  const note = (fields: object, message: string) => {
    logged.push(message);
    loggedFields.push(fields);
  };
  const log = { debug: note, info: note, warn: note, error: note };
  const trustedCaFile = asksForCertificates ? join(folder, 'ca.pem') : undefined;
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem'), trustedCaFile, crlFile };
  const tls = createTlsMaterial(
    {
      allowed: { commonNames: [], hostnames: [] },
      cipherSuites: [],
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ...settings,
      files,
    },
    log,
    5,
  );
  server = await startServer({
    database,
    listen: ['127.0.0.1:0'],
    tls,
    auth: { ...authDefaults, clientCertAuth },
    log,
  });
  return Number(server.addresses[0]!.split(':')[1]);
}

/** Who the database was asked by, or how the call failed. */
async function callerSeen(
  port: number,
  client?: TestCertificate,
  token?: string,
): Promise<Caller | string | undefined> {
  const pair = client === undefined ? [] : [Buffer.from(client.key), Buffer.from(client.certificate)];
  const grpc = new Client(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(authority.certificate), ...pair));
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('token', token);
  const same = (bytes: Buffer) => bytes;
  try {
    return await new Promise((resolve) => {
      grpc.makeUnaryRequest('/etcdserverpb.Auth/UserList', same, same, Buffer.alloc(0), metadata, (error) =>
        resolve(error === null ? database.callers.at(-1) : `code ${error.code}`),
      );
    });
  } finally {
    grpc.close();
  }
}

const http2Preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0),
]);

/** Resolves with the connection once the server has taken it, by an answer to a first frame of HTTP/2; undefined: it was cut off. */
function taken(port: number, options: ConnectionOptions): Promise<TLSSocket | undefined> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.certificate, ALPNProtocols: ['h2'], ...options });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
    socket.once('secureConnect', () => socket.write(http2Preface));
    socket.once('data', () => resolve(socket));
  });
}

const named = (name: string): Caller => ({ kind: 'user', name });

describe.skipIf(skip)('a client certificate', () => {
  test('names the user, unless there is a token', async () => {
    const port = await start();
    expect(await callerSeen(port, ann)).toEqual(named('ann'));
    expect(await callerSeen(port, authority.sign('änn'))).toEqual(named(Buffer.from('änn').toString('latin1')));
    expect(await callerSeen(port, authority.sign(''))).toEqual({ kind: 'anonymous' });
    expect(await callerSeen(port, ann, 'nonsense')).toEqual({ kind: 'invalid-token' });
  });

  test('names nobody where that was not asked for', async () => {
    expect(await callerSeen(await start({ clientCertAuth: false }), ann)).toEqual({ kind: 'anonymous' });
  });

  test('names nobody over the gateway', async () => {
    const port = await start();
    const { certificate: cert, key } = ann;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/v3/auth/user/list', method: 'POST', cert, key, agent: false };
      const asked = request({ ...options, ca: authority.certificate }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject);
      asked.end('{}');
    });
    expect(status).toBe(200);
    expect(database.callers).toEqual([{ kind: 'anonymous' }]);
  });

  test('has to be one of a trusted authority', async () => {
    const port = await start();
    expect(await callerSeen(port)).toBe('code 14');
    expect(await callerSeen(port, createAuthority('other').sign('ann'))).toBe('code 14');
    expect(await callerSeen(port, createAuthority('authority').sign('ann'))).toBe('code 14');
    expect(database.requests).toEqual([]);
    expect(await callerSeen(await start({ asksForCertificates: false }), ann)).toEqual({ kind: 'anonymous' });
  });

  test('may be held to names', async () => {
    const onlyBob = await start({ allowed: { commonNames: ['bob', 'bobby'], hostnames: [] } });
    expect(await callerSeen(onlyBob, ann)).toBe('code 14');
    expect(logged).toContain('client certificate authentication failed');
    expect(await callerSeen(onlyBob, authority.sign('bobby'))).toEqual(named('bobby'));
    await server?.stop(1_000);
    const onlyHost = await start({ allowed: { commonNames: [], hostnames: ['ann', 'a.example'] } });
    expect(await callerSeen(onlyHost, ann)).toBe('code 14');
    await server?.stop(1_000);
    for (const hostname of ['127.0.0.1', 'localhost']) {
      const port = await start({ allowed: { commonNames: [], hostnames: ['a.example', hostname] } });
      expect(await callerSeen(port, ann)).toEqual(named('ann'));
      await server?.stop(1_000);
    }
  });

  test('that cannot be looked at lets nobody in', async () => {
    const port = await start({ allowed: { commonNames: [], hostnames: ['a\0b'] } });
    expect(await callerSeen(port, ann)).toBe('code 14');
    expect(logged.join()).toContain('a client certificate could not be looked at');
  });

  test('may be taken back', async () => {
    const bob = authority.sign('bob');
    const crlFile = write('crl.pem', authority.revoke(bob));
    const port = await start({ crlFile });
    expect(await callerSeen(port, bob)).toBe('code 14');
    expect(await callerSeen(port, ann)).toEqual(named('ann'));
    write('crl.pem', authority.revoke(bob, ann));
    await until(async () => (await callerSeen(port, ann)) === 'code 14');
  });

  test('stays the same on a connection', async () => {
    const port = await start();
    const { certificate: cert, key } = ann;
    const socket = connect({ host: '127.0.0.1', port, ca: authority.certificate, cert, key, maxVersion: 'TLSv1.2' });
    socket.on('error', () => {});
    socket.write('GET /version HTTP/1.1\r\nhost: here\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    let isNew = false;
    socket.renegotiate({ rejectUnauthorized: true }, (error) => (isNew = error === null));
    await closed;
    expect(isNew).toBe(false);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is looked at again on each connection with %s', async (version) => {
    const port = await start();
    const client = { cert: ann.certificate, key: ann.key, minVersion: version, maxVersion: version };
    const first = await taken(port, client);
    expect(first?.getProtocol()).toBe(version);
    const session = first!.getSession();
    first!.destroy();
    const second = await taken(port, { ...client, session });
    expect(second?.isSessionReused()).toBe(false);
    second!.destroy();
  });
});

describe.skipIf(skip)('the server’s certificate', () => {
  const serialSeen = async (port: number) => {
    const socket = await taken(port, { cert: ann.certificate, key: ann.key });
    const serial = socket?.getPeerX509Certificate()?.subject;
    socket?.destroy();
    return serial;
  };

  test('is read again when it changes, and stays what it was when it makes no sense', async () => {
    const port = await start();
    const before = await serialSeen(port);
    write('cert.pem', 'half of a certif');
    await until(() => logged.some((message) => message.startsWith('the TLS files were changed and cannot be used')));
    expect(await serialSeen(port)).toBe(before);
    writeServer(authority.sign('renewed'));
    await until(async () => (await serialSeen(port)) === 'CN=renewed');
  });
});

describe.skipIf(skip)('versions and cipher suites', () => {
  test('are those that were asked for', async () => {
    const client = { cert: ann.certificate, key: ann.key };
    const port = await start({
      maxVersion: 'TLSv1.2',
      cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
    });
    const socket = await taken(port, client);
    expect(socket?.getProtocol()).toBe('TLSv1.2');
    expect(socket?.getCipher().standardName).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
    socket?.destroy();
    expect(await taken(port, { ...client, minVersion: 'TLSv1.3' })).toBeUndefined();
    expect(await taken(port, { ...client, ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' })).toBeUndefined();
    await server?.stop(1_000);
    const newest = await start({ minVersion: 'TLSv1.3' });
    expect(await taken(newest, { ...client, maxVersion: 'TLSv1.2' })).toBeUndefined();
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function callOf(stream: number, path: string, authority: string, message: Uint8Array): Buffer {
  const frames = [Buffer.from(callHeaders(path, authority).first), messageFrame(message)];
  for (const each of frames) each.writeUInt32BE(stream, 5);
  return Buffer.concat(frames);
}

/** Clients before 3.5, and 3.5.0: Node ends a call with such a name, so that what they send is rewritten on its way. */
test.skipIf(skip).each(['localhost:1', 'https://localhost:1', '#initially=[https://localhost:1]'])(
  'who calls, and from where, is known whatever the server is called: %s',
  async (name) => {
    const port = await start();
    const nobody = { kind: 'auth-credentials', enabled: true, user: undefined, authRevision: 1 } as const;
    database.answer('auth-credentials', nobody);
    const { certificate: cert, key } = ann;
    const socket = connect({ host: '127.0.0.1', port, ca: authority.certificate, cert, key, ALPNProtocols: ['h2'] });
    socket.on('error', () => undefined).resume();
    const login = AuthenticateRequest.encode({ name: 'bob', password: 'guessed' }).finish();
    const list = '/etcdserverpb.Auth/UserList';
    const calls = [
      callOf(1, list, name, Buffer.alloc(0)),
      callOf(3, list, name, Buffer.alloc(0)),
      callOf(5, '/etcdserverpb.Auth/Authenticate', name, login),
    ];
    // All in one record: who calls at once has no settings to acknowledge first.
    socket.write(Buffer.concat([http2Preface, ...calls]));
    await until(() => logged.includes('a login failed') || socket.destroyed);
    const asked = database.callers.filter((_caller, index) => database.requests[index]?.kind === 'auth-user-list');
    const user = { kind: 'user', name: 'ann' };
    expect(asked).toEqual([user, user]);
    expect(loggedFields).toContainEqual({ user: 'bob', address: `127.0.0.1:${socket.localPort}` });
    socket.destroy();
  },
);
