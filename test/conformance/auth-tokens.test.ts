import { describe } from 'vitest';
import { authOf, enableAuth, sessionOf, usePairWithAuth } from './harness/auth.ts';
import { conformTo } from './harness/conform.ts';

/** Root, logging in, and what tokens are good for. */
const conform = conformTo(usePairWithAuth());

describe('root', () => {
  conform('can be taken away while nobody needs it', async (session) => {
    const auth = authOf(session);
    await auth.addUser('root');
    await auth.addRole('root');
    await auth.grantRole('root', 'root');
    await auth.revokeRole('root', 'root');
    await auth.deleteRole('root');
    await auth.deleteUser('root');
    await auth.users();
    await auth.roles();
  });

  conform('stays while the switch is on', async (session) => {
    const root = await enableAuth(session, { alice: [] });
    const auth = authOf(root);
    await auth.deleteUser('root');
    await auth.deleteRole('root');
    await auth.revokeRole('root', 'root');
    await auth.grantRole('alice', 'root');
    await auth.revokeRole('alice', 'root');
    await auth.user('root');
    await auth.grantRole('root', 'role of alice');
    await auth.revokeRole('root', 'role of alice');
    await auth.deleteUser('alice');
    await auth.users();
  });

  conform('is whoever has its role', async (session) => {
    const root = await enableAuth(session, { alice: [], bob: [] });
    await authOf(root).grantRole('alice', 'root');
    const alice = await sessionOf(session, 'alice');
    await alice.put('a', '1');
    await authOf(alice).users();
    await authOf(alice).deleteUser('bob');
    await alice.compact(session.base + 1);
    await authOf(alice).revokeRole('alice', 'root');
    await alice.put('a', '2');
    await authOf(alice).users();
    await authOf(alice).user('alice');
  });
});

describe('logging in', () => {
  conform('is refused while the switch is off', async (session) => {
    await authOf(session).addUser('alice');
    await session.login('alice', 'alice');
    await session.login('nobody', 'x');
  });

  conform('with the wrong password, as nobody, as somebody who is gone', async (session) => {
    const root = await enableAuth(session, { alice: [] });
    await session.login('alice', 'wrong');
    await session.login('nobody', 'alice');
    await session.login('', '');
    await session.login('alice', 'alice');
    await authOf(root).deleteUser('alice');
    await session.login('alice', 'alice');
  });

  conform('again and again: each token is good', async (session) => {
    await enableAuth(session, { alice: [['readwrite', 'a']] });
    const sessions = [await sessionOf(session, 'alice'), await sessionOf(session, 'alice')];
    for (const alice of sessions) await alice.put('a', '1', { prevKv: true });
  });

  conform('with a token, or with a wrong one, is the same', async (session) => {
    const root = await enableAuth(session, { alice: [] });
    await root.login('alice', 'alice');
    await session.as('wrong').login('alice', 'alice');
  });
});

describe('tokens', () => {
  conform('that nobody gave are refused', async (session) => {
    await enableAuth(session, { alice: [['readwrite', 'a']] });
    for (const token of ['x', 'x.y', 'x.y.z', 'abcdefghijklmnop', 'abcdefghijklmnop.x']) {
      await session.as(token).range({ key: 'a' });
      await session.as(token).put('a', '1');
    }
    await session.as({ token: '' }).range({ key: 'a' });
  });

  conform(
    'are not looked at while the switch is off',
    async (session) => {
      await session.as('x.1').put('a', '1');
      await session.as('').range({ key: 'a' });
      await session.as('wrong').delete({ key: 'a' });
      await authOf(session.as('wrong')).users();
    },
    { differs: { why: 'refused before 3.5', until: ['3.5.0'] } },
  );

  conform('go into the metadata `token`, or `authorization`', async (session) => {
    await enableAuth(session, { alice: [['readwrite', 'a']] });
    const token = (await session.login('alice', 'alice')) ?? '';
    await session.as({ token }).put('a', '1');
    await session.as({ authorization: token }).put('a', '2');
    await session.as({ authorization: 'wrong' }).put('a', '3');
    await session.as({ token, authorization: 'wrong' }).put('a', '4');
    await session.as({ token: 'wrong', authorization: token }).put('a', '5');
  });

  conform('live through changes of roles and permissions, which count at once', async (session) => {
    const root = await enableAuth(session, { alice: [['readwrite', 'a']] });
    const alice = await sessionOf(session, 'alice');
    await alice.put('a', '1');
    await authOf(root).permit('role of alice', 'read', 'b');
    await alice.range({ key: 'b' });
    await authOf(root).forbid('role of alice', 'a');
    await alice.put('a', '2');
    await authOf(root).revokeRole('alice', 'role of alice');
    await alice.range({ key: 'b' });
    await authOf(root).grantRole('alice', 'role of alice');
    await alice.range({ key: 'b' });
    await authOf(root).deleteRole('role of alice');
    await alice.range({ key: 'b' });
  });

  conform('die with the password and with the user, of that user alone', async (session) => {
    const root = await enableAuth(session, { alice: [['read', 'a']], bob: [['read', 'a']] });
    const [alice, bob] = [await sessionOf(session, 'alice'), await sessionOf(session, 'bob')];
    await authOf(root).changePassword('alice', 'new');
    await alice.range({ key: 'a' });
    await bob.range({ key: 'a' });
    await authOf(root).deleteUser('bob');
    await bob.range({ key: 'a' });
    await root.range({ key: 'a' });
  });

  conform(
    'are not looked at by Auth either while the switch is off',
    async (session) => {
      const root = await enableAuth(session);
      await authOf(root).disable();
      await authOf(root).disable();
      await authOf(session.as('wrong')).addUser('alice');
      await authOf(session.as('wrong.7')).users();
    },
    { differs: { why: 'refused before 3.5', until: ['3.5.0'] } },
  );

  conform('die when the switch is turned off', async (session) => {
    const root = await enableAuth(session, { alice: [['read', 'a']] });
    const alice = await sessionOf(session, 'alice');
    await authOf(root).disable();
    await session.range({ key: 'a' });
    await authOf(session).enable();
    await alice.range({ key: 'a' });
    await root.range({ key: 'a' });
  });
});
