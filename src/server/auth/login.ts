import type { AuthUser } from '../../core/types/auth.ts';
import type { ByteString } from '../../core/types/bytes.ts';
import { clientErrors, type ClientError } from '../../core/types/error.ts';
import type { ResponseHeader } from '../../core/types/response.ts';
import { DatabaseError, type Database, type DatabaseAnswer } from '../../host/database.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { LoginLog } from './login-log.ts';
import type { PasswordHasher } from './password-hasher.ts';

/**
 * From a name and a password to a token, with etcd's errors in etcd's order. That there is no such user takes as long to tell as that the
 * password is wrong.
 */
export interface LoginRequest {
  readonly name: ByteString;
  readonly password: string;
  /** Of the client. */
  readonly address: string;
  readonly signal: AbortSignal;
}

export interface LoginParts {
  readonly database: Pick<Database, 'request'>;
  readonly hasher: PasswordHasher;
  readonly failures: FailureLimit;
  readonly issue: (user: AuthUser, authRevision: number) => string | Promise<string>;
  readonly log: LoginLog;
}

/** In etcd's words, which never got a place in its table of errors. */
export const passwordForNoPasswordUser: ClientError = {
  status: 'Unknown',
  message: 'auth: authentication failed, password was given for no password user',
};

/** Users may change while a password is checked; who changes them all the time has to wait for a better moment. */
const attemptsMax = 5;

export interface LoggedIn {
  readonly header: ResponseHeader;
  readonly token: string;
}

export async function login(request: LoginRequest, parts: LoginParts): Promise<LoggedIn> {
  const { name, address, signal } = request;
  const { failures, log } = parts;
  const known = await credentialsOf(request, parts);
  const attempt = failures.begin(name, address);
  if (attempt === undefined) {
    log.refused(name, address);
    throw new DatabaseError(clientErrors.tooManyRequests);
  }
  try {
    const { header, response } = await provenUser(request, parts, known);
    attempt.succeeded();
    return { header, token: await parts.issue(response.user, response.authRevision) };
  } catch (error) {
    if (isFailure(error)) log.failed(name, address);
    // Who leaves before the answer has had the work done all the same.
    else if (!signal.aborted) attempt.undone();
    throw error;
  }
}

/** Rejects when there is no such user or the password is wrong. */
async function provenUser(request: LoginRequest, parts: LoginParts, first: Credentials) {
  const { password, address, signal } = request;
  let known = first;
  for (let round = 0; round < attemptsMax; round++) {
    const { user } = known.response;
    if (user?.noPassword === true) throw new DatabaseError(passwordForNoPasswordUser);
    const matches = await parts.hasher.matches(password, user?.passwordHash, address, signal);
    if (user === undefined || !matches) throw new DatabaseError(clientErrors.authFailed);
    const now = await credentialsOf(request, parts);
    const userNow = now.response.user;
    if (userNow?.credentialRevision === user.credentialRevision) {
      return { header: now.header, response: { ...now.response, user: userNow } };
    }
    known = now;
  }
  throw new DatabaseError(clientErrors.tooManyRequests);
}

function isFailure(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.clientError === clientErrors.authFailed || error.clientError === passwordForNoPasswordUser;
}

type Credentials = DatabaseAnswer<'auth-credentials'>;

async function credentialsOf({ name, signal }: LoginRequest, { database }: LoginParts): Promise<Credentials> {
  const answer = await database.request<'auth-credentials'>({ kind: 'auth-credentials', name }, signal);
  if (!answer.response.enabled) throw new DatabaseError(clientErrors.authNotEnabled);
  return answer;
}
