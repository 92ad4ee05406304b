import fc from 'fast-check';
import { type Access, authOf } from './auth.ts';
import { cmp, op } from './message.ts';
import type { Session } from './session.ts';

/**
 * Steps of random programs about who may do what: users, roles and permissions come and go, the switch is turned on and off, and meanwhile
 * everybody reads, writes and watches with the tokens that they have.
 */
export interface AuthStep {
  readonly [fc.toStringMethod]: () => string;
  run(world: World): Promise<unknown>;
}

interface World {
  readonly session: Session;
  /** What each has to show: tokens of any age. */
  readonly sessions: Map<string, Session>;
}

/** Root is there and the switch is on; then the steps; then root puts everything right for what comes after. */
export async function runAuthSteps(session: Session, steps: readonly AuthStep[]): Promise<void> {
  const auth = authOf(session);
  await auth.addUser('root');
  await auth.grantRole('root', 'root');
  for (const role of ['r', 's']) await auth.addRole(role);
  for (const user of ['u', 'v']) await auth.addUser(user);
  await auth.grantRole('u', 'r');
  await auth.permit('r', 'readwrite', 'a');
  await auth.enable();
  const world: World = { session, sessions: new Map([['nobody', session]]) };
  for (const user of ['root', 'u']) await login(world, user);
  for (const each of steps) await each.run(world);
}

async function login({ session, sessions }: World, user: string, password = user): Promise<void> {
  const token = await session.login(user, password);
  if (token !== undefined) sessions.set(user, session.as(token));
}

const user = fc.constantFrom('u', 'u', 'v', 'v', 'root');
const role = fc.constantFrom('r', 'r', 's', 's', 'root');
const access = fc.constantFrom<Access>('read', 'write', 'readwrite');

/** No two begin alike: what etcd does then is a case of its own. */
const ranges = [
  ['a', ''],
  ['aa', 'b'],
  ['b', 'd'],
  ['c', '\0'],
  ['d', 'e'],
  ['\0', '\0'],
] as const;
const granted = fc.constantFrom(...ranges);

const key = fc.constantFrom('\0', 'a', 'aa', 'b', 'c', 'd', 'e');
/** None that ends before it begins: with several permissions etcd's answer depends on the shape of its tree of them. */
const touched = fc.oneof(
  fc.tuple(key, fc.constant('')),
  granted,
  fc.constantFrom(['a', 'c'], ['b', 'e'], ['a', '\0'] as const),
);

/** Mostly root: else nothing changes. */
const admin = fc.constantFrom('root', 'root', 'root', 'root', 'u', 'nobody');
const anyone = fc.constantFrom('u', 'u', 'u', 'v', 'v', 'root', 'nobody');

type Act = (session: Session, world: World) => Promise<unknown>;

function stepOf(name: string, who: fc.Arbitrary<string>, act: fc.Arbitrary<Act>): fc.Arbitrary<AuthStep> {
  return fc.tuple(who, act).map(([by, run]) => ({
    [fc.toStringMethod]: () => `${name} by ${by}`,
    run: (world) => {
      world.session.note(`${name} by ${by}`, null);
      return run(world.sessions.get(by) ?? world.session, world);
    },
  }));
}

const management: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(role, access, granted).map(
    ([name, type, [from, end]]): Act =>
      (session) =>
        authOf(session).permit(name, type, from, end),
  ),
  fc.tuple(role, access, granted).map(
    ([name, type, [from, end]]): Act =>
      (session) =>
        authOf(session).permit(name, type, from, end),
  ),
  fc.tuple(role, granted).map(
    ([name, [from, end]]): Act =>
      (session) =>
        authOf(session).forbid(name, from, end),
  ),
  fc.tuple(user, role).map(
    ([name, given]): Act =>
      (session) =>
        authOf(session).grantRole(name, given),
  ),
  fc.tuple(user, role).map(
    ([name, given]): Act =>
      (session) =>
        authOf(session).grantRole(name, given),
  ),
  fc.tuple(user, role).map(
    ([name, taken]): Act =>
      (session) =>
        authOf(session).revokeRole(name, taken),
  ),
  role.map(
    (name): Act =>
      (session) =>
        authOf(session).addRole(name),
  ),
  role.map(
    (name): Act =>
      (session) =>
        authOf(session).deleteRole(name),
  ),
  user.map(
    (name): Act =>
      (session) =>
        authOf(session).addUser(name),
  ),
  fc.constantFrom('u', 'v').map(
    (name): Act =>
      (session) =>
        authOf(session).deleteUser(name),
  ),
  // To what it is: tokens die all the same.
  fc.constantFrom('u', 'v').map(
    (name): Act =>
      (session) =>
        authOf(session).changePassword(name, name),
  ),
  fc.constant<Act>((session) => authOf(session).enable()),
);

const looking: fc.Arbitrary<Act> = fc.oneof(
  user.map(
    (name): Act =>
      (session) =>
        authOf(session).user(name),
  ),
  role.map(
    (name): Act =>
      (session) =>
        authOf(session).role(name),
  ),
  fc.constant<Act>((session) => authOf(session).users()),
  fc.constant<Act>((session) => authOf(session).roles()),
);

const operation = fc.oneof(
  touched.map(([from, rangeEnd]) => op.range({ key: from, rangeEnd })),
  fc.tuple(key, fc.boolean()).map(([name, prevKv]) => op.put(name, 'x', { prevKv })),
  fc.tuple(key, fc.constantFrom(0, 1, 2)).map(([name, lease]) => op.put(name, 'x', { lease })),
  fc.tuple(touched, fc.boolean()).map(([[from, rangeEnd], prevKv]) => op.delete({ key: from, rangeEnd, prevKv })),
);
const operations = fc.array(operation, { maxLength: 2 });
const compares = fc.array(
  touched.map(([from, rangeEnd]) => cmp.version(from, '=', 1, { rangeEnd })),
  { maxLength: 1 },
);

const using: fc.Arbitrary<Act> = fc.oneof(
  touched.map(
    ([from, rangeEnd]): Act =>
      (session) =>
        session.range({ key: from, rangeEnd }),
  ),
  fc.tuple(key, fc.constantFrom(0, 0, 1, 2), fc.boolean()).map(
    ([name, lease, prevKv]): Act =>
      (session) =>
        session.put(name, 'x', { lease, prevKv }),
  ),
  fc.tuple(touched, fc.boolean()).map(
    ([[from, rangeEnd], prevKv]): Act =>
      (session) =>
        session.delete({ key: from, rangeEnd, prevKv }),
  ),
  fc.tuple(compares, operations, operations).map(
    ([compare, success, failure]): Act =>
      (session) =>
        session.txn({ compare, success, failure }),
  ),
  fc.tuple(operations, operations).map(
    ([success, failure]): Act =>
      (session) =>
        session.txn({ success: [op.txn({ success, failure })] }),
  ),
  touched.map(([from, rangeEnd]): Act => async (session) => {
    const watch = session.watch();
    watch.create({ key: from, rangeEnd });
    await watch.next();
    watch.close();
  }),
  fc.constantFrom(1, 2).map(
    (id): Act =>
      (session) =>
        session.grant(id, 600),
  ),
  fc.constantFrom(1, 2).map(
    (id): Act =>
      (session) =>
        session.revoke(id),
  ),
  fc.constantFrom(1, 2).map(
    (id): Act =>
      (session) =>
        session.timeToLiveOf(id),
  ),
  fc.constantFrom(1, 2).map(
    (id): Act =>
      (session) =>
        session.keepAlive(id),
  ),
  fc.constant<Act>((session) => session.leases()),
);

export const authStep: fc.Arbitrary<AuthStep> = fc.oneof(
  { weight: 6, arbitrary: stepOf('manage', admin, management) },
  { weight: 2, arbitrary: stepOf('look', anyone, looking) },
  { weight: 10, arbitrary: stepOf('use', anyone, using) },
  {
    weight: 2,
    arbitrary: stepOf(
      'log in',
      fc.constant('nobody'),
      fc.tuple(user, fc.constantFrom(undefined, undefined, undefined, 'wrong')).map(
        ([name, password]): Act =>
          (_session, world) =>
            login(world, name, password),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: stepOf(
      'turn off',
      admin,
      fc.constant<Act>((session) => authOf(session).disable()),
    ),
  },
);
