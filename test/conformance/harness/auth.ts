import { status, type ServiceError } from '@grpc/grpc-js';
import { Permission } from '../../../src/server/generated/authpb/auth.ts';
import { AuthDefinition } from '../../../src/server/generated/etcdserverpb/auth.ts';
import { messageOf } from './message.ts';
import { type Pair, usePair } from './pair.ts';
import type { Plain } from './plain.ts';
import type { RawClient } from './raw-client.ts';
import type { Session } from './session.ts';
import { startT4InProcess } from './t4-in-process.ts';

/** etcd's Auth service, as cases speak of it. The password of each user is its name, where nothing else is said. */
export interface Auth {
  enable(): Promise<Plain>;
  disable(): Promise<Plain>;
  status(): Promise<Plain>;
  addUser(name: string, password?: string): Promise<Plain>;
  addUserWithoutPassword(name: string, password?: string): Promise<Plain>;
  user(name: string): Promise<Plain>;
  users(): Promise<Plain>;
  deleteUser(name: string): Promise<Plain>;
  changePassword(name: string, password: string): Promise<Plain>;
  grantRole(user: string, role: string): Promise<Plain>;
  revokeRole(name: string, role: string): Promise<Plain>;
  addRole(name: string): Promise<Plain>;
  role(role: string): Promise<Plain>;
  roles(): Promise<Plain>;
  deleteRole(role: string): Promise<Plain>;
  permit(role: string, type: Access, key: string, rangeEnd?: string): Promise<Plain>;
  forbid(role: string, key: string, rangeEnd?: string): Promise<Plain>;
}

export type Access = keyof typeof accesses;
const accesses = { read: 0, write: 1, readwrite: 2, none: 7 } as const;

export function authOf({ call }: Session): Auth {
  return {
    enable: () => call(AuthDefinition, 'authEnable'),
    disable: () => call(AuthDefinition, 'authDisable'),
    status: () => call(AuthDefinition, 'authStatus'),
    addUser: (name, password = name) => call(AuthDefinition, 'userAdd', { name, password }),
    addUserWithoutPassword: (name, password = '') =>
      call(AuthDefinition, 'userAdd', { name, password, options: { noPassword: true } }),
    user: (name) => call(AuthDefinition, 'userGet', { name }),
    users: () => call(AuthDefinition, 'userList'),
    deleteUser: (name) => call(AuthDefinition, 'userDelete', { name }),
    changePassword: (name, password) => call(AuthDefinition, 'userChangePassword', { name, password }),
    grantRole: (user, role) => call(AuthDefinition, 'userGrantRole', { user, role }),
    revokeRole: (name, role) => call(AuthDefinition, 'userRevokeRole', { name, role }),
    addRole: (name) => call(AuthDefinition, 'roleAdd', { name }),
    role: (role) => call(AuthDefinition, 'roleGet', { role }),
    roles: () => call(AuthDefinition, 'roleList'),
    deleteRole: (role) => call(AuthDefinition, 'roleDelete', { role }),
    permit: (name, type, key, rangeEnd = '') => {
      const perm = messageOf(Permission, { permType: accesses[type], key, rangeEnd });
      return call(AuthDefinition, 'roleGrantPermission', { name, perm });
    },
    forbid: (role, key, rangeEnd = '') => call(AuthDefinition, 'roleRevokePermission', { role, key, rangeEnd }),
  };
}

export type Grant = readonly [type: Access, key: string, rangeEnd?: string];

/** Users with a role each, then root, then the switch. Answers a session of root's. */
export async function enableAuth(
  session: Session,
  users: Readonly<Record<string, readonly Grant[]>> = {},
): Promise<Session> {
  const auth = authOf(session);
  for (const [name, grants] of Object.entries(users)) {
    await auth.addUser(name);
    await auth.addRole(`role of ${name}`);
    await auth.grantRole(name, `role of ${name}`);
    for (const grant of grants) await auth.permit(`role of ${name}`, ...grant);
  }
  await auth.addUser(root);
  await auth.addRole(root);
  await auth.grantRole(root, root);
  await auth.enable();
  return sessionOf(session, root);
}

const root = 'root';

export async function sessionOf(session: Session, user: string): Promise<Session> {
  const token = await session.login(user, user);
  if (token === undefined) throw new Error(`${user} got no token`);
  return session.as(token);
}

/** Root, and alice with her grants. */
export async function alice(
  session: Session,
  ...grants: readonly Grant[]
): Promise<{ readonly root: Session; readonly alice: Session }> {
  const root = await enableAuth(session, { alice: grants });
  return { root, alice: await sessionOf(session, 'alice') };
}

/** Servers whose passwords are cheap, and that have neither users nor roles when a case begins. */
export function usePairWithAuth(): Pair {
  const auth = { bcryptCost: 4, failuresPerMinute: 10_000 };
  const startOurs = () => startT4InProcess({ auth, expects: /^a login failed$|^logins of others failed/ });
  return usePair(startOurs, { etcdArguments: ['--bcrypt-cost=4'], tidy: tidyAuth });
}

async function tidyAuth(client: RawClient): Promise<void> {
  await disable(client);
  const { users } = await client.call(AuthDefinition, 'userList', {});
  for (const name of users) await client.call(AuthDefinition, 'userDelete', { name });
  const { roles } = await client.call(AuthDefinition, 'roleList', {});
  for (const role of roles) await client.call(AuthDefinition, 'roleDelete', { role });
}

async function disable(client: RawClient): Promise<void> {
  try {
    await client.call(AuthDefinition, 'authDisable', {});
  } catch (error) {
    if ((error as ServiceError).code !== status.INVALID_ARGUMENT) throw error;
    const { token } = await client.call(AuthDefinition, 'authenticate', { name: root, password: root });
    await client.call(AuthDefinition, 'authDisable', {}, { metadata: { token } });
  }
}
