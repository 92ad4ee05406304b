import { describe } from 'vitest';
import { AuthDefinition } from '../../src/server/generated/etcdserverpb/auth.ts';
import { authOf, enableAuth, usePairWithAuth } from './harness/auth.ts';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';

/** Users, roles, passwords and the switch. */
const conform = conformTo(usePairWithAuth());
const all = { key: '\0', rangeEnd: '\0' };

describe('the switch', () => {
  conform('needs a user root with a role root', async (session) => {
    const auth = authOf(session);
    await auth.enable();
    await auth.addUser('root');
    await auth.enable();
    await auth.addRole('root');
    await auth.enable();
    await auth.grantRole('root', 'root');
    await auth.enable();
    await auth.enable();
  });

  conform('needs the root that is there to have the role, not another user', async (session) => {
    const auth = authOf(session);
    await auth.addUser('admin');
    await auth.addRole('root');
    await auth.grantRole('admin', 'root');
    await auth.enable();
    await auth.addUser('root');
    await auth.enable();
  });

  conform('is turned off by root, and twice by anyone', async (session) => {
    const root = await enableAuth(session);
    await authOf(session).disable();
    await authOf(root).disable();
    await authOf(session).disable();
    await session.range(all);
  });

  conform('moves no revision, nor do users and roles', async (session) => {
    await session.put('a', '1');
    const root = await enableAuth(session, { alice: [['read', 'a']] });
    await root.range(all);
    await authOf(root).disable();
    await session.range(all);
  });

  conform(
    'has a status',
    async (session) => {
      await authOf(session).status();
      const root = await enableAuth(session);
      await authOf(root).status();
      await authOf(root).disable();
      await authOf(session).status();
    },
    { exclude: ['authRevision'], differs: { why: 'there is none before 3.5', until: ['3.5.0'] } },
  );

  conform(
    'has a status that anyone may know',
    async (session) => {
      await enableAuth(session);
      session.forget();
      await authOf(session).status();
      await authOf(session.as('nonsense')).status();
    },
    {
      exclude: ['authRevision'],
      differs: {
        why: 'told to root alone before 3.7',
        until: ['3.7.0'],
        ours: (base) => [
          { header: header(base), enabled: true, authRevision: '(some)' },
          'UNAUTHENTICATED: etcdserver: invalid auth token',
        ],
      },
    },
  );
});

describe('users', () => {
  conform('are added once, listed in order, deleted once', async (session) => {
    const auth = authOf(session);
    await auth.users();
    for (const name of ['carol', 'alice', 'bob', 'alice']) await auth.addUser(name);
    await auth.users();
    await auth.user('alice');
    await auth.deleteUser('alice');
    await auth.deleteUser('alice');
    await auth.user('alice');
    await auth.users();
  });

  conform('have names: of any text, but not none', async (session) => {
    const auth = authOf(session);
    for (const name of ['', ' ', 'a/b', 'ünïcödé', '\0', 'x'.repeat(1_000), 'Root', 'ROOT'])
      await auth.addUser(name, 'x');
    await auth.users();
    for (const name of ['', ' ', 'ünïcödé', '\0', 'nobody']) await auth.user(name);
    await auth.deleteUser('');
  });

  conform('without a password, with an empty one, with both', async (session) => {
    const auth = authOf(session);
    await auth.addUser('empty', '');
    await auth.addUserWithoutPassword('without');
    await auth.addUserWithoutPassword('both', 'password');
    await auth.users();
    await auth.user('without');
    await enableAuth(session);
    await session.login('empty', '');
    await session.login('without', '');
    await session.login('without', 'x');
    await session.login('both', 'password');
  });

  conform('change their passwords', async (session) => {
    const auth = authOf(session);
    await auth.changePassword('nobody', 'x');
    await auth.changePassword('', 'x');
    await auth.addUser('alice');
    await auth.changePassword('alice', 'new');
    const root = await enableAuth(session);
    await session.login('alice', 'alice');
    await session.login('alice', 'new');
    await authOf(root).changePassword('alice', 'newer');
    await session.login('alice', 'new');
    await session.login('alice', 'newer');
    await authOf(root).addUserWithoutPassword('without');
    await authOf(root).changePassword('without', 'x');
    await session.login('without', 'x');
  });

  conform(
    'may change it to none',
    async (session) => {
      await authOf(session).addUser('alice');
      await authOf(session).changePassword('alice', '');
      await enableAuth(session);
      await session.login('alice', 'alice');
      await session.login('alice', '');
    },
    { differs: { why: 'nobody logs in without a password from 3.5 on', until: ['3.5.0'] } },
  );

  conform(
    'come with a password that is hashed already',
    async (session) => {
      // Of "secret".
      const hashedPassword = 'JDJhJDA0JE10eEpFYWxMeDdpWGQ2NjJKaUhTOGVDUkdyRFFDTGVMNVp3UFVmYjdSSnRzY2R6VUlSdnlx';
      await session.call(AuthDefinition, 'userAdd', { name: 'alice', hashedPassword });
      await session.call(AuthDefinition, 'userAdd', { name: 'bob', hashedPassword: 'not base64!' });
      await session.call(AuthDefinition, 'userAdd', { name: 'carol', password: 'carol', hashedPassword });
      await authOf(session).users();
      await session.call(AuthDefinition, 'userChangePassword', { name: 'bob', hashedPassword });
      await enableAuth(session);
      for (const user of ['alice', 'bob', 'carol']) {
        await session.login(user, 'wrong');
        await session.login(user, 'secret');
      }
      await session.login('carol', 'carol');
    },
    { differs: { why: 'before 3.5 a hash is not looked at', until: ['3.5.0'] } },
  );

  conform('passwords are what they are: of any text, to the last letter', async (session) => {
    const auth = authOf(session);
    await auth.addUser('alice', 'pässwörd ');
    await auth.addUser('bob', 'x'.repeat(72));
    await enableAuth(session);
    for (const password of ['pässwörd ', 'pässwörd', 'PÄSSWÖRD ', '']) await session.login('alice', password);
    for (const password of ['x'.repeat(72), 'x'.repeat(71), 'y']) await session.login('bob', password);
    await session.login('nobody', 'x');
    await session.login('', '');
  });
});

describe('roles', () => {
  conform('are added once, listed in order, deleted once', async (session) => {
    const auth = authOf(session);
    await auth.roles();
    for (const name of ['writers', 'admins', 'readers', 'admins']) await auth.addRole(name);
    await auth.roles();
    await auth.role('admins');
    await auth.deleteRole('admins');
    await auth.deleteRole('admins');
    await auth.role('admins');
    await auth.roles();
  });

  conform('have names: of any text, but not none', async (session) => {
    const auth = authOf(session);
    for (const name of ['', ' ', 'a/b', 'ünïcödé', '\0', 'Root']) await auth.addRole(name);
    await auth.roles();
    for (const name of ['', ' ', 'nobody']) await auth.role(name);
    await auth.deleteRole('');
  });

  conform('are granted to users, once, in order', async (session) => {
    const auth = authOf(session);
    await auth.addUser('alice');
    for (const role of ['writers', 'admins', 'readers']) await auth.addRole(role);
    for (const role of ['writers', 'admins', 'readers', 'admins']) await auth.grantRole('alice', role);
    await auth.user('alice');
    await auth.grantRole('nobody', 'readers');
    await auth.grantRole('alice', 'nothing');
    await auth.grantRole('nobody', 'nothing');
    await auth.grantRole('', 'readers');
    await auth.grantRole('alice', '');
    await auth.user('alice');
  });

  conform('are taken from users', async (session) => {
    const auth = authOf(session);
    await auth.addUser('alice');
    for (const role of ['a', 'b', 'c']) {
      await auth.addRole(role);
      await auth.grantRole('alice', role);
    }
    await auth.revokeRole('alice', 'b');
    await auth.revokeRole('alice', 'b');
    await auth.revokeRole('nobody', 'a');
    await auth.revokeRole('alice', 'nothing');
    await auth.user('alice');
  });

  conform('that are deleted are nobody’s any more', async (session) => {
    const auth = authOf(session);
    for (const name of ['alice', 'bob']) await auth.addUser(name);
    for (const role of ['a', 'b']) await auth.addRole(role);
    await auth.grantRole('alice', 'a');
    await auth.grantRole('alice', 'b');
    await auth.grantRole('bob', 'a');
    await auth.deleteRole('a');
    await auth.user('alice');
    await auth.user('bob');
    await auth.addRole('a');
    await auth.user('bob');
    await auth.deleteUser('alice');
    await auth.role('b');
  });

  conform('root is granted without being there', async (session) => {
    const auth = authOf(session);
    await auth.addUser('alice');
    await auth.grantRole('alice', 'root');
    await auth.user('alice');
    await auth.role('root');
    await auth.roles();
    await auth.revokeRole('alice', 'root');
    await auth.user('alice');
  });
});

describe('permissions of a role', () => {
  conform('are listed in order, whatever the order they came in', async (session) => {
    const auth = authOf(session);
    await auth.addRole('r');
    await auth.permit('r', 'read', 'm');
    await auth.permit('r', 'write', 'a', 'c');
    await auth.permit('r', 'readwrite', 'a');
    await auth.permit('r', 'read', 'a', 'b');
    await auth.permit('r', 'read', 'k', '\0');
    await auth.permit('r', 'write', '\0', '\0');
    await auth.role('r');
  });

  conform('of the same range replace one another', async (session) => {
    const auth = authOf(session);
    await auth.addRole('r');
    await auth.permit('r', 'read', 'a', 'b');
    await auth.permit('r', 'read', 'a', 'b');
    await auth.role('r');
    await auth.permit('r', 'write', 'a', 'b');
    await auth.role('r');
    await auth.permit('r', 'readwrite', 'c');
    await auth.permit('r', 'read', 'c');
    await auth.role('r');
  });

  conform(
    'of a key and of a range from it replace one another each',
    async (session) => {
      const auth = authOf(session);
      await auth.addRole('r');
      await auth.permit('r', 'read', 'a', 'b');
      await auth.permit('r', 'readwrite', 'a');
      await auth.permit('r', 'read', 'a');
      session.forget();
      await auth.role('r');
    },
    {
      differs: {
        why: 'etcd looks for what is replaced at the first range that begins there alone: what was given before stays given',
        ours: (base) => [
          {
            header: header(base),
            perm: [
              { permType: 0, key: 'a', rangeEnd: 'b' },
              { permType: 0, key: 'a', rangeEnd: '' },
            ],
          },
        ],
      },
    },
  );

  conform('are taken away as they were given', async (session) => {
    const auth = authOf(session);
    await auth.addRole('r');
    await auth.permit('r', 'read', 'a', 'c');
    await auth.permit('r', 'write', 'a');
    await auth.forbid('r', 'a', 'b');
    await auth.forbid('r', 'b');
    await auth.forbid('r', 'a');
    await auth.role('r');
    await auth.forbid('r', 'a');
    await auth.forbid('r', 'a', 'c');
    await auth.role('r');
    await auth.forbid('nobody', 'a');
    await auth.forbid('r', '');
  });

  conform(
    'need a key and a range that holds something',
    async (session) => {
      const auth = authOf(session);
      await auth.addRole('r');
      await auth.permit('r', 'read', '');
      await auth.permit('r', 'read', '', 'b');
      await auth.permit('r', 'read', '', '\0');
      await auth.permit('r', 'read', 'b', 'b');
      await auth.permit('r', 'read', 'b', 'a');
      await auth.permit('r', 'read', '\0', '\0');
      await auth.role('r');
    },
    { differs: { why: 'anything is a range before 3.5', until: ['3.5.0'] } },
  );

  conform('need a role', async (session) => {
    const auth = authOf(session);
    await auth.permit('nobody', 'read', 'a');
    await auth.permit('', 'read', 'a');
  });

  conform(
    'are of a kind that is known',
    async (session) => {
      const auth = authOf(session);
      await auth.addRole('r');
      await auth.permit('r', 'none', 'x');
      await auth.role('r');
    },
    {
      differs: {
        why: 'etcd keeps what permits nothing',
        ours: (base) => [
          { header: header(base) },
          'INVALID_ARGUMENT: etcdserver: invalid auth management',
          { header: header(base), perm: [] },
        ],
      },
    },
  );

  conform(
    'must be there',
    async (session) => {
      await authOf(session).addRole('r');
      await session.call(AuthDefinition, 'roleGrantPermission', { name: 'r' });
      await session.call(AuthDefinition, 'roleGrantPermission', { name: 'nobody' });
      await authOf(session).role('r');
    },
    { spared: { before: '3.5.0', why: 'it ends them' } },
  );

  conform('of root are not needed, and not kept from it', async (session) => {
    const auth = authOf(session);
    await auth.addRole('root');
    await auth.permit('root', 'read', 'a');
    const root = await enableAuth(session);
    await root.put('b', '1');
    await root.range(all);
    await root.delete(all);
  });

  conform(
    'of root are told as everything',
    async (session) => {
      const auth = authOf(session);
      await auth.addRole('root');
      await auth.role('root');
      await auth.permit('root', 'read', 'a');
      await auth.role('root');
      const root = await enableAuth(session);
      await authOf(root).role('root');
    },
    { differs: { why: 'as what was given before 3.6', until: ['3.6.0'] } },
  );
});
