import type { Database } from '../../src/host/database.ts';
import { authDefaults, createAuthenticator } from '../../src/server/auth/authenticator.ts';
import { clientLimitsDefault } from '../../src/server/limits.ts';
import type { NodeFacts } from '../../src/server/services/admin.ts';
import type { Method } from '../../src/server/services/call.ts';
import { serverMethods } from '../../src/server/services/methods.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The methods as they are without a setting, and without a transport. */
export function methodsOfTest(database: Database, facts?: NodeFacts): readonly Method[] {
  return serverMethods(database, createAuthenticator(database, authDefaults, quiet), clientLimitsDefault, facts);
}
