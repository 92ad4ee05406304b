import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthUser } from '../../src/core/types/auth.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import { authDefaults, createAuthenticator } from '../../src/server/auth/authenticator.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { AuthUserChangePasswordRequest } from '../../src/server/generated/etcdserverpb/auth.ts';
import { callRaw, messages, refusal, until } from './etcd-client.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const header = expect.objectContaining({ revision: '41', raft_term: '7' });
const failed = '3 etcdserver: authentication failed, invalid user ID or password';

function credentials(user: Partial<AuthUser> | undefined, changes: object = {}) {
  const whole = { name: 'ann', passwordHash: '', noPassword: false, roles: [], credentialRevision: 5, ...user };
  const given = user === undefined ? undefined : whole;
  return { kind: 'auth-credentials', enabled: true, authRevision: 9, user: given, ...changes } as const;
}

/** Cost 4, of "secret". */
const hashOfSecret = '$2a$04$0ZbLeQ5tDFHGxTSnaGcs4ObOCVb8RbngusVRc2H7WwMfT7bBD7zgu';

describe('what changes users and roles', () => {
  const utf8 = Buffer.from('änn').toString('latin1');
  test.each([
    ['AuthEnable', {}, { kind: 'auth-enable' }],
    ['AuthDisable', {}, { kind: 'auth-disable' }],
    ['UserDelete', { name: 'änn' }, { kind: 'auth-user-delete', name: utf8 }],
    ['UserGrantRole', { user: 'änn', role: 'r' }, { kind: 'auth-user-grant-role', name: utf8, role: 'r' }],
    ['UserRevokeRole', { name: 'änn', role: 'r' }, { kind: 'auth-user-revoke-role', name: utf8, role: 'r' }],
    ['RoleAdd', { name: 'änn' }, { kind: 'auth-role-add', name: utf8 }],
    ['RoleDelete', { role: 'änn' }, { kind: 'auth-role-delete', role: utf8 }],
    [
      'RoleGrantPermission',
      { name: 'r', perm: { permType: 2, key: Buffer.of(0xff), range_end: Buffer.of(0) } },
      {
        kind: 'auth-role-grant-permission',
        role: 'r',
        permission: { type: 'readwrite', key: '\xff', rangeEnd: '\0' },
      },
    ],
    ['RoleGrantPermission', { name: 'r' }, { kind: 'auth-role-grant-permission', role: 'r', permission: undefined }],
    [
      'RoleRevokePermission',
      { role: 'r', key: Buffer.from('k') },
      { kind: 'auth-role-revoke-permission', role: 'r', key: 'k', rangeEnd: undefined },
    ],
  ])('%s %j', async (method, message, request) => {
    const { client, database } = served;
    database.answer(request.kind as 'auth-enable', { kind: request.kind as 'auth-enable' });
    expect(await client.call(`Auth/${method}`, message)).toEqual({ header });
    expect(database.requests).toEqual([request]);
    expect(database.callers).toEqual([{ kind: 'anonymous' }]);
  });

  test('an unknown kind of permission is refused', async () => {
    const call = served.client.call('Auth/RoleGrantPermission', { name: 'r', perm: { permType: 3 } });
    expect(await refusal(call)).toBe('3 etcdserver: invalid auth management');
    expect(served.database.requests).toEqual([]);
  });
});

describe('what tells of users and roles', () => {
  test('AuthStatus', async () => {
    served.database.answer('auth-status', { kind: 'auth-status', enabled: true, authRevision: 9 });
    expect(await served.client.call('Auth/AuthStatus', {})).toEqual({ header, enabled: true, authRevision: '9' });
  });

  test('users and roles with their names and permissions', async () => {
    const { client, database } = served;
    const name = Buffer.from('änn').toString('latin1');
    database.answer('auth-user-get', { kind: 'auth-user-get', roles: [name, 'b'] });
    database.answer('auth-user-list', { kind: 'auth-user-list', users: [name, 'b'] });
    database.answer('auth-role-list', { kind: 'auth-role-list', roles: [name, 'b'] });
    database.answer('auth-role-get', {
      kind: 'auth-role-get',
      permissions: [
        { type: 'read', key: 'a', rangeEnd: undefined },
        { type: 'write', key: '\xff', rangeEnd: '\0' },
        { type: 'readwrite', key: '', rangeEnd: '\0' },
      ],
    });
    expect(await client.call('Auth/UserGet', { name: 'x' })).toEqual({ header, roles: ['änn', 'b'] });
    expect(await client.call('Auth/UserList', {})).toEqual({ header, users: ['änn', 'b'] });
    expect(await client.call('Auth/RoleList', {})).toEqual({ header, roles: ['änn', 'b'] });
    expect(await client.call('Auth/RoleGet', { role: 'x' })).toEqual({
      header,
      perm: [
        { key: Buffer.from('a') },
        { permType: 1, key: Buffer.of(0xff), range_end: Buffer.of(0) },
        { permType: 2, range_end: Buffer.of(0) },
      ],
    });
  });
});

describe('a password that is set', () => {
  const asked = () => served.database.requests.map(({ kind }) => kind);

  test('reaches the database as a hash, once it is known that root asks', async () => {
    const { client, database } = served;
    database.answer('auth-role-list', { kind: 'auth-role-list', roles: [] });
    database.answer('auth-user-add', { kind: 'auth-user-add' });
    database.answer('auth-user-change-password', { kind: 'auth-user-change-password' });
    await client.call('Auth/UserAdd', { name: 'ann', password: 'secret' });
    await client.call('Auth/UserChangePassword', { name: 'ann', password: 'secret' });
    expect(asked()).toEqual(['auth-role-list', 'auth-user-add', 'auth-role-list', 'auth-user-change-password']);
    expect(database.requests[1]).toMatchObject({ name: 'ann', noPassword: false });
    for (const index of [1, 3]) {
      expect(database.requests[index]).toMatchObject({ passwordHash: expect.stringMatching(/^\$2a\$10\$.{53}$/) });
    }
    expect(JSON.stringify(database.requests)).not.toContain('secret');
  });

  test('costs no work for anybody else', async () => {
    const { client, database } = served;
    database.answer('auth-role-list', new DatabaseError(clientErrors.permissionDenied));
    for (const method of ['UserAdd', 'UserChangePassword']) {
      const call = client.call(`Auth/${method}`, { name: 'ann', password: 'x'.repeat(100) });
      expect(await refusal(call)).toBe('7 etcdserver: permission denied');
    }
    expect(asked()).toEqual(['auth-role-list', 'auth-role-list']);
  });

  test('may not be longer than bcrypt looks at', async () => {
    const { client, database } = served;
    database.answer('auth-role-list', { kind: 'auth-role-list', roles: [] });
    const call = client.call('Auth/UserAdd', { name: 'ann', password: 'x'.repeat(73) });
    expect(await refusal(call)).toBe('2 bcrypt: password length exceeds 72 bytes');
    expect(asked()).toEqual(['auth-role-list']);
  });

  test('need not be there', async () => {
    const { client, database } = served;
    database.answer('auth-user-add', { kind: 'auth-user-add' });
    await client.call('Auth/UserAdd', { name: 'ann', password: 'ignored', options: { no_password: true } });
    expect(database.requests).toEqual([{ kind: 'auth-user-add', name: 'ann', passwordHash: '', noPassword: true }]);
  });
});

describe('a hash that comes with a change of password', () => {
  const change = (fields: object) => {
    const request = { name: 'ann', password: '', hashedPassword: '', ...fields };
    const bytes = Buffer.from(AuthUserChangePasswordRequest.encode(request).finish());
    return callRaw(served.client.client, '/etcdserverpb.Auth/UserChangePassword', bytes);
  };

  test.each([
    [Buffer.from(hashOfSecret).toString('base64'), hashOfSecret],
    ['', ''],
  ])('%j is taken as it is', async (hashedPassword, passwordHash) => {
    served.database.answer('auth-user-change-password', { kind: 'auth-user-change-password' });
    await change({ hashedPassword });
    expect(served.database.requests).toEqual([{ kind: 'auth-user-change-password', name: 'ann', passwordHash }]);
  });

  test('that is no base64 is refused in etcd’s words, to root', async () => {
    const { database } = served;
    database.answer('auth-user-get', { kind: 'auth-user-get', roles: [] });
    database.answer('auth-role-list', { kind: 'auth-role-list', roles: [] });
    expect(await refusal(change({ hashedPassword: 'a' }))).toBe(
      '2 auth: authentication failed, password was given for no password user',
    );
    database.answer('auth-user-get', new DatabaseError(clientErrors.userNotFound));
    expect(await refusal(change({ hashedPassword: '***' }))).toBe('9 etcdserver: user name not found');
    expect(database.requests.some(({ kind }) => kind === 'auth-user-change-password')).toBe(false);
  });
});

describe('Authenticate', () => {
  const login = (name = 'ann', password = 'secret') => served.client.call('Auth/Authenticate', { name, password });

  test('gives out a token, which stands for the user from then on', async () => {
    const { client, database } = served;
    database.answer('auth-credentials', credentials({ passwordHash: hashOfSecret }));
    const { header: given, token } = await login();
    expect(given).toEqual(header);
    expect(token).toMatch(/^[a-zA-Z]{16}\.\d+$/);
    expect(database.callers).toEqual([undefined, undefined]);
    database.answer('auth-user-list', { kind: 'auth-user-list', users: [] });
    const ann = { kind: 'user', name: 'ann', credentialRevision: 5 };
    for (const [metadata, caller] of [
      [{ token }, ann],
      [{ authorization: token }, ann],
      [{ authorization: `Bearer ${token}` }, ann],
      [{ token: `Bearer ${token}` }, ann],
      [{ token, authorization: 'no token' }, ann],
      [{ token: 'no token', authorization: token }, { kind: 'invalid-token' }],
      [{ token: '' }, { kind: 'invalid-token' }],
      [{ authorization: 'Basic YTpi' }, { kind: 'invalid-token' }],
      [{ token: `${token}0` }, { kind: 'invalid-token' }],
      [{}, { kind: 'anonymous' }],
    ] as const) {
      await client.call('Auth/UserList', {}, { metadata });
      expect(database.callers.at(-1)).toEqual(caller);
    }
  });

  test('is void when authentication is disabled, also when nobody knows whether it was', async () => {
    const { client, database } = served;
    database.answer('auth-credentials', credentials({ passwordHash: hashOfSecret }));
    database.answer('auth-user-list', { kind: 'auth-user-list', users: [] });
    const callerAfter = async (answer: DatabaseError) => {
      const { token } = await login();
      database.answer('auth-disable', answer);
      await refusal(client.call('Auth/AuthDisable', {}));
      await client.call('Auth/UserList', {}, { metadata: { token } });
      return database.callers.at(-1)?.kind;
    };
    expect(await callerAfter(new DatabaseError(clientErrors.permissionDenied))).toBe('user');
    expect(await callerAfter(new DatabaseError(clientErrors.timeout))).toBe('invalid-token');
  });

  test('watchers are made in the name of who has the token', async () => {
    const { client, database } = served;
    database.answer('auth-credentials', credentials({ passwordHash: hashOfSecret }));
    const { token } = await login();
    const stream = client.duplex('Watch/Watch', { metadata: { token } });
    stream.write({ create_request: { key: Buffer.from('a') } });
    await until(() => database.watches[0]?.callers.length === 1);
    database.answer('auth-disable', { kind: 'auth-disable' });
    await client.call('Auth/AuthDisable', {});
    stream.write({ create_request: { key: Buffer.from('a') } });
    await until(() => database.watches[0]?.callers.length === 2);
    expect(database.watches[0]?.callers).toEqual([
      { kind: 'user', name: 'ann', credentialRevision: 5 },
      { kind: 'invalid-token' },
    ]);
    stream.cancel();
  });

  test.each([
    ['there is nobody to be', undefined, { enabled: false }, '9 etcdserver: authentication is not enabled'],
    ['the user is unknown', undefined, {}, failed],
    ['the password is wrong', { passwordHash: hashOfSecret.replace('zgu', 'zgt') }, {}, failed],
    ['the user has no hash', { passwordHash: '' }, {}, failed],
    [
      'the user has no password',
      { noPassword: true },
      {},
      '2 auth: authentication failed, password was given for no password user',
    ],
  ])('is refused when %s', async (_what, user, changes, words) => {
    served.database.answer('auth-credentials', credentials(user, changes));
    expect(await refusal(login())).toBe(words);
  });

  test('that brings very much is refused unread', async () => {
    const request = { name: 'ann', password: 'p'.repeat(70_000) };
    expect(await refusal(served.client.call('Auth/Authenticate', request))).toBe('3 etcdserver: request is too large');
    expect(served.database.requests).toEqual([]);
  });

  test('looks again when the user has changed meanwhile', async () => {
    const { database } = served;
    const before = credentials({ passwordHash: hashOfSecret, credentialRevision: 5 });
    const after = credentials({ passwordHash: '', credentialRevision: 6 });
    database.answer('auth-credentials', before, after, after);
    expect(await refusal(login())).toBe(failed);
    database.answer('auth-credentials', before, credentials(undefined));
    expect(await refusal(login())).toBe(failed);
    database.answer('auth-credentials', before, credentials(undefined, { enabled: false }));
    expect(await refusal(login())).toBe('9 etcdserver: authentication is not enabled');
  });

  test('too many wrong passwords are refused unseen, a right one elsewhere is not', async () => {
    const { database } = served;
    const logged: string[] = [];
    const note = (_fields: object, message: string) => void logged.push(message);
    const log = { debug: note, info: note, warn: note, error: note };
    const authenticator = createAuthenticator(database, authDefaults, log, { nowMs: () => 0, wallMs: () => 0 });
    const attempt = (password: string, address = '10.0.0.1:1') =>
      authenticator.login({ name: 'ann', password, address, signal: new AbortController().signal });
    database.answer('auth-credentials', credentials({ passwordHash: hashOfSecret }));
    for (let count = 0; count < 30; count++) {
      await expect(attempt('guess')).rejects.toMatchObject({ clientError: clientErrors.authFailed });
    }
    for (const password of ['guess', 'secret']) {
      await expect(attempt(password)).rejects.toMatchObject({ clientError: clientErrors.tooManyRequests });
    }
    expect(await attempt('secret', '10.0.0.2:1')).toMatchObject({ token: expect.any(String) });
    expect(new Set(logged)).toEqual(new Set(['a login failed', 'a login was refused unseen: too many failed lately']));
    await authenticator.close();
  });
});

test('the caller of a lease’s renewal is looked up for each message', async () => {
  const { client, database } = served;
  database.answer('lease-keep-alive', { kind: 'lease-keep-alive', id: 1n, ttlSeconds: 9 });
  database.answer('auth-credentials', credentials({ passwordHash: hashOfSecret }));
  database.answer('auth-disable', { kind: 'auth-disable' });
  const { token } = await client.call('Auth/Authenticate', { name: 'ann', password: 'secret' });
  const stream = client.duplex('Lease/LeaseKeepAlive', { metadata: { token } });
  stream.write({ ID: 1 });
  await messages(stream, 1);
  await client.call('Auth/AuthDisable', {});
  stream.write({ ID: 1 });
  await messages(stream, 1);
  const renewals = database.callers.filter((_, index) => database.requests[index]?.kind === 'lease-keep-alive');
  expect(renewals).toEqual([{ kind: 'user', name: 'ann', credentialRevision: 5 }, { kind: 'invalid-token' }]);
  stream.cancel();
});
