import type { Permission } from '../types/auth.ts';
import { clientErrors } from '../types/error.ts';
import type { SettledEvaluation } from '../types/evaluation.ts';
import type { AuthReadRequest } from '../types/request.ts';
import type { Response } from '../types/response.ts';
import type { AuthState } from '../types/auth.ts';
import { rootName } from './identity.ts';

/** What is asked about users, roles and the switch. `revision`: the answer's header's. */
export function answerAuth(auth: AuthState, request: AuthReadRequest, revision: number): SettledEvaluation {
  const answer = (response: Response): SettledEvaluation => ({ kind: 'answer', response, revision });
  switch (request.kind) {
    case 'auth-status':
      return answer({ kind: 'auth-status', enabled: auth.enabled, authRevision: auth.revision });
    case 'auth-user-get': {
      const user = auth.users.get(request.name);
      if (user === undefined) return { kind: 'error', error: clientErrors.userNotFound };
      return answer({ kind: 'auth-user-get', roles: user.roles });
    }
    case 'auth-user-list':
      return answer({ kind: 'auth-user-list', users: [...auth.users.keys()] });
    case 'auth-role-get': {
      const role = auth.roles.get(request.role);
      if (role === undefined) return { kind: 'error', error: clientErrors.roleNotFound };
      return answer({ kind: 'auth-role-get', permissions: role.name === rootName ? everything : role.permissions });
    }
    case 'auth-role-list':
      return answer({ kind: 'auth-role-list', roles: [...auth.roles.keys()] });
    case 'auth-credentials': {
      const user = auth.users.get(request.name);
      return answer({ kind: 'auth-credentials', enabled: auth.enabled, authRevision: auth.revision, user });
    }
  }
}

/** What etcd says of the role `root`, whatever it was granted: every key from the empty one on. */
const everything: readonly Permission[] = [{ type: 'readwrite', key: '', rangeEnd: '\0' }];
