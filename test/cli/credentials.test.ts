import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { authDefaults } from '../../src/server/auth/authenticator.ts';
import { startServer, type ClientServer } from '../../src/server/server.ts';
import { createFakeDatabase, leader, leadingStatus } from '../server/fake-database.ts';
import { factsOfTest } from '../server/node-facts.ts';
import { runCommand } from '../support/run-command.ts';
import { createAuthority, opensslAbsence } from '../support/tls/certificates.ts';
import { runT4 } from './spawn-t4.ts';

/** Cost 4, of "secret". */
const passwordHash = '$2a$04$0ZbLeQ5tDFHGxTSnaGcs4ObOCVb8RbngusVRc2H7WwMfT7bBD7zgu';
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const folder = mkdtempSync(join(tmpdir(), 't4-credentials-'));
const database = createFakeDatabase();
let server: ClientServer;

beforeAll(async () => {
  const user = { name: 'root', passwordHash, noPassword: false, roles: ['root'], credentialRevision: 5 };
  database.answer('auth-credentials', { kind: 'auth-credentials', enabled: true, authRevision: 9, user });
  database.answer('members', { kind: 'members', members: [leader] });
  database.answer('status', async () => {
    const caller = database.callers.at(-1);
    if (caller?.kind === 'anonymous') throw new DatabaseError(clientErrors.userNameEmpty);
    return leadingStatus;
  });
  server = await startServer({ database, listen: ['127.0.0.1:0'], log, facts: factsOfTest(), auth: authDefaults });
  writeFileSync(join(folder, 'password'), 'secret\n');
});

afterAll(async () => {
  await server.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

describe('t4 status of a node that has users', () => {
  const asked = (...more: readonly string[]) => runCommand(['status', '--endpoint', server.addresses[0]!, ...more]);

  test('says how to say who asks', async () => {
    expect(await asked()).toMatchObject({ code: 1, error: expect.stringContaining('user name is empty') });
    expect((await asked()).error).toContain('--user NAME says who asks');
  });

  test('logs in', async () => {
    const { code, out } = await asked('--user', 'root', '--password-file', join(folder, 'password'));
    expect(code).toBe(0);
    expect(out).toContain('put-if-absent');
    expect(database.callers.at(-1)).toEqual({ kind: 'user', name: 'root', credentialRevision: 5 });
  });

  test('tells who is not root what it may', async () => {
    database.answer('auth-role-list', new DatabaseError(clientErrors.permissionDenied));
    const { code, out } = await asked('--user', 'root', '--password-file', join(folder, 'password'));
    expect(code).toBe(0);
    expect(out).toContain('leader');
    expect(out).not.toContain('put-if-absent');
  });

  test('a wrong password, and none', async () => {
    writeFileSync(join(folder, 'wrong'), 'guess\n');
    const wrong = await asked('--user', 'root', '--password-file', join(folder, 'wrong'));
    expect(wrong).toMatchObject({ code: 1, error: expect.stringContaining('authentication failed') });
    expect((await asked('--user', 'root')).code).toBe(2);
  });
});

test.skipIf(opensslAbsence !== undefined)('over TLS', async () => {
  const authority = createAuthority('authority');
  const { certificate: cert, key } = authority.sign('server');
  const options = { cert, key };
  const secure = await startServer({ database, listen: ['127.0.0.1:0'], log, tls: { options }, auth: authDefaults });
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  writeFileSync(join(folder, 'other.pem'), createAuthority('other').certificate);
  const asked = (...more: readonly string[]) =>
    runCommand(['status', '--endpoint', `https://${secure.addresses[0]}`, '--user', 'root', ...more]);
  const password = ['--password-file', join(folder, 'password')];
  expect((await asked(...password, '--cacert', join(folder, 'ca.pem'))).code).toBe(0);
  expect((await asked(...password, '--cacert', join(folder, 'other.pem'))).code).toBe(3);
  expect((await asked(...password)).code).toBe(3);
  const address = [
    '--endpoint',
    `https://${secure.addresses[0]}`,
    '--user',
    'root',
    '--cacert',
    join(folder, 'ca.pem'),
  ];
  // A process of its own prints what Node itself warns of, too.
  expect(await runT4(['status', ...address, ...password])).toMatchObject({ code: 0, error: '' });
  await secure.stop(100);
});
