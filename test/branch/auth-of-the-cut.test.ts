import { describe, expect, test } from 'vitest';
import type { AuthUser, Caller } from '../../src/core/types/auth.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { Cut } from '../../src/core/types/log.ts';
import type { Node } from '../../src/host/node.ts';
import { createFamily, homeOf, rolledBack, type Family } from './family.ts';

/** Users, roles, permissions, the switch, the auth revision and alarms are those of the cut, whichever way leads back to it. */

interface Security {
  readonly enabled: boolean;
  readonly authRevision: number;
  /** With the hash of the password, and the auth revision that set it. */
  readonly users: Readonly<Record<string, AuthUser>>;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly alarms: readonly string[];
}

async function securityOf(node: Node): Promise<Security> {
  const { enabled, authRevision } = (await node.request<'auth-status'>({ kind: 'auth-status' })).response;
  const users: Record<string, AuthUser> = {};
  for (const name of (await node.request<'auth-user-list'>({ kind: 'auth-user-list' })).response.users) {
    users[name] = (await node.request<'auth-credentials'>({ kind: 'auth-credentials', name })).response.user!;
  }
  const roles: Record<string, readonly string[]> = {};
  for (const role of (await node.request<'auth-role-list'>({ kind: 'auth-role-list' })).response.roles) {
    const { permissions } = (await node.request<'auth-role-get'>({ kind: 'auth-role-get', role })).response;
    roles[role] = permissions.map(({ type, key, rangeEnd }) => `${type} ${key} ${rangeEnd ?? ''}`);
  }
  const listed = await node.request<'alarm'>({ kind: 'alarm', action: 'get', alarm: 'none', memberId: 0n });
  const alarms = listed.response.alarms.map(({ alarm, memberId }) => `${alarm} ${memberId}`);
  return { enabled, authRevision, users, roles, alarms };
}

const user = (name: string, passwordHash: string): Request => ({
  kind: 'auth-user-add',
  name,
  passwordHash,
  noPassword: false,
});
const mayWrite = (role: string, key: string): Request => ({
  kind: 'auth-role-grant-permission',
  role,
  permission: { type: 'readwrite', key, rangeEnd: undefined },
});
const alarm = (action: 'activate' | 'deactivate', memberId: bigint): Request => ({
  kind: 'alarm',
  action,
  alarm: 'nospace',
  memberId,
});

/** `bob` leaves, `alice` gets another password and less to write, the alarm goes and another comes, and authentication is switched off. */
const then: readonly Request[] = [
  user('root', 'root of then'),
  { kind: 'auth-user-grant-role', name: 'root', role: 'root' },
  user('alice', 'alice of then'),
  user('bob', 'bob of then'),
  { kind: 'auth-role-add', name: 'keeper' },
  mayWrite('keeper', 'a'),
  mayWrite('keeper', 'b'),
  { kind: 'auth-user-grant-role', name: 'alice', role: 'keeper' },
  { kind: 'auth-enable' },
  alarm('activate', 7n),
];
const since: readonly Request[] = [
  alarm('deactivate', 7n),
  { kind: 'auth-user-change-password', name: 'alice', passwordHash: 'alice of now' },
  { kind: 'auth-user-delete', name: 'bob' },
  user('carol', 'carol of now'),
  { kind: 'auth-role-revoke-permission', role: 'keeper', key: 'b', rangeEnd: undefined },
  { kind: 'auth-role-add', name: 'reader' },
  { kind: 'auth-disable' },
];

interface Life {
  readonly family: Family;
  /** Revision 3, and what came after it without a revision of its own: everything of `then`, and the alarm taken back. */
  readonly cut: Cut;
  readonly ofThen: Security;
  readonly ofNow: Security;
}

async function lived(checkpointSegments: number): Promise<Life> {
  const family = createFamily();
  const settings = { checkpointSegments };
  const ask = async (node: Node, requests: readonly Request[]) => {
    for (const request of requests) await node.request(request);
  };
  const ofThen = await family.node(
    '',
    async (database, node) => {
      await database.put('a', '1');
      await database.put('b', '1');
      await ask(node, then);
      return securityOf(node);
    },
    settings,
  );
  const ofNow = await family.node(
    '',
    async (database, node) => {
      await ask(node, [alarm('deactivate', 7n)]);
      await database.put('a', '2');
      await ask(node, since.slice(1));
      await ask(node, [alarm('activate', 8n)]);
      return securityOf(node);
    },
    settings,
  );
  return { family, cut: { kind: 'revision', revision: 3 }, ofThen, ofNow };
}

const alice: Caller = { kind: 'user', name: 'alice' };
const denied = 'etcdserver: permission denied';

/** What `alice` may put is what the role said then. */
async function expectInForce(node: Node): Promise<void> {
  const put = (key: string): Request => ({
    kind: 'put',
    key,
    value: new TextEncoder().encode('3'),
    lease: 0n,
    previousKv: false,
    ignoreValue: false,
    ignoreLease: false,
  });
  await expect(node.request(put('b'), undefined, alice)).resolves.toBeDefined();
  await expect(node.request(put('c'), undefined, alice)).rejects.toThrow(denied);
}

describe.each([
  ['from the log alone', 1_000],
  ['from a checkpoint', 1],
])('users, roles and alarms %s', (_, checkpointSegments) => {
  test('have changed since', async () => {
    const { ofThen, ofNow } = await lived(checkpointSegments);
    expect(ofThen).toMatchObject({
      enabled: true,
      users: { bob: {}, alice: { roles: ['keeper'] } },
      alarms: ['nospace 7'],
    });
    expect(ofNow).toMatchObject({ enabled: false, users: { carol: {} }, alarms: ['nospace 8'] });
    expect(Object.keys(ofNow.users)).not.toContain('bob');
    expect(ofNow.authRevision).toBeGreaterThan(ofThen.authRevision);
    expect(ofNow.users['alice']).not.toEqual(ofThen.users['alice']);
  });

  test('are in a branch as they were at its cut, and stay as they are in the database', async () => {
    const { family, cut, ofThen, ofNow } = await lived(checkpointSegments);
    const branch = homeOf(await family.branch('', 'then', cut));
    await family.node(branch, async (_database, node) => {
      expect(await securityOf(node)).toEqual({ ...ofThen, alarms: [] });
      await expectInForce(node);
    });
    await family.node('', async (_database, node) => expect(await securityOf(node)).toEqual(ofNow));
    const newest = homeOf(await family.branch('', 'now'));
    await family.node(newest, async (_database, node) => expect(await securityOf(node)).toEqual(ofNow));
  });

  test('are after a rollback as they were at its cut, and after undoing it as they were before', async () => {
    const { family, cut, ofThen, ofNow } = await lived(checkpointSegments);
    const { plan, lastRevision } = rolledBack(await family.rollBack('', cut));
    expect(plan.authChanges).toBe(since.length - 1);
    await family.node('', async (_database, node) => {
      expect(await securityOf(node)).toEqual({ ...ofThen, alarms: [] });
      await expectInForce(node);
    });
    const undone = rolledBack(await family.rollBack('', lastRevision));
    expect(undone.plan.authChanges).toBeUndefined();
    await family.node('', async (_database, node) => expect(await securityOf(node)).toEqual(ofNow));
  });
});

test('an alarm that was on at the cut is on again', async () => {
  const family = createFamily();
  await family.node('', async (database, node) => {
    await database.put('a', '1');
    await node.request(alarm('activate', 7n));
    await database.delete('a');
    await node.request(alarm('deactivate', 7n));
  });
  rolledBack(await family.rollBack('', 2));
  await family.node('', async (database) => {
    await expect(database.put('b', '1')).rejects.toThrow('etcdserver: mvcc: database space exceeded');
  });
});
