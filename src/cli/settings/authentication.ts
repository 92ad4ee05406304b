import { authDefaults } from '../../server/auth/authenticator.ts';
import { bcryptCostMax, bcryptCostMin } from '../../server/auth/password.ts';
import { duration, integer, tokenProvider } from '../setting.ts';
import { formatDuration } from '../units.ts';
import { required } from './describe.ts';

const shared = { group: 'Authentication', commands: ['run'] } as const;

/** How users prove who they are. */
export const authenticationSettings = {
  'auth-token': required(tokenProvider(), {
    ...shared,
    help: 'Tokens for users who log in. simple: random ones that this process knows. jwt,sign-method=RS256,priv-key=FILE,pub-key=FILE,ttl=5m: signed ones, which every node with the key understands.',
    default: 'simple',
  }),
  'auth-token-ttl': required(duration('1s', '24h'), {
    ...shared,
    help: 'How long a simple token is good for after its last use; signed ones have their own ttl.',
    default: formatDuration(authDefaults.simpleTokenTtlMs),
  }),
  'bcrypt-cost': required(integer(bcryptCostMin, bcryptCostMax), {
    ...shared,
    help: 'Work for each password that is hashed or checked: one more is twice as much.',
    default: String(authDefaults.bcryptCost),
  }),
  'auth-failures-per-minute': required(integer(1, 1_000_000), {
    ...shared,
    help: 'Wrong passwords of one user from one address; ten times as many of one user from everywhere, and from one address for all users. Whoever tries more is told "etcdserver: too many requests".',
    default: String(authDefaults.failuresPerMinute),
  }),
} as const;
