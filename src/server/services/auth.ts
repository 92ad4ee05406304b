import type { ByteString } from '../../core/types/bytes.ts';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { passwordForNoPasswordUser } from '../auth/login.ts';
import { AuthDefinition, type AuthUserChangePasswordRequest } from '../generated/etcdserverpb/auth.ts';
import { loginBytesMax } from '../limits.ts';
import { byteNameOf, permissionOf, textNameOf, wirePermissionOf } from '../wire/auth.ts';
import { byteStringOf } from '../wire/bytes.ts';
import { rangeEndOf } from '../wire/kv-request.ts';
import type { CallContext, Method } from './call.ts';
import { regardless } from './concurrency/lifetime.ts';
import type { CallRequest, Node } from './node.ts';
import { checkWriteBytes } from './request-size.ts';
import { methodsOf } from './service.ts';

/**
 * Users, roles and the way in. What is asked for is checked and done by the core; here passwords become hashes, and who has shown the
 * right one gets a token.
 */
export function authMethods(node: Node, authenticator: Authenticator): readonly Method[] {
  /** A change that is answered by nothing but a header. */
  async function change(context: CallContext, request: CallRequest, requestBytes: number) {
    checkWriteBytes(node, requestBytes);
    const { header } = await node.of(context).request(request);
    return { header: await node.header(header) };
  }

  return methodsOf(node, AuthDefinition, {
    authEnable: (_request, context, bytes) => change(context, { kind: 'auth-enable' }, bytes),
    authDisable: async (_request, context, bytes) => {
      try {
        // Whether it was done has to be known, also when nobody waits any more.
        const response = await change(regardless(context), { kind: 'auth-disable' }, bytes);
        authenticator.forgetTokens();
        return response;
      } catch (error) {
        if (isUnknown(error)) authenticator.forgetTokens();
        throw error;
      }
    },
    authStatus: async (_request, context) => {
      const { header, response } = await node.of(context).request<'auth-status'>({ kind: 'auth-status' });
      const { enabled, authRevision } = response;
      return { header: await node.header(header), enabled, authRevision: BigInt(authRevision) };
    },
    authenticate: async ({ name, password }, context, bytes) => {
      if (bytes > loginBytesMax) throw new DatabaseError(clientErrors.requestTooLarge);
      const { signal } = context;
      const { address } = context.peer();
      const { header, token } = await authenticator.login({ name: byteNameOf(name), password, address, signal });
      return { header: await node.header(header), token };
    },
    userAdd: async ({ name, password, options }, context, bytes) => {
      checkWriteBytes(node, bytes);
      const noPassword = options?.noPassword ?? false;
      const passwordHash = noPassword ? '' : await hashOf(password, context);
      return change(context, { kind: 'auth-user-add', name: byteNameOf(name), passwordHash, noPassword }, bytes);
    },
    userGet: async ({ name }, context) => {
      const request = { kind: 'auth-user-get', name: byteNameOf(name) } as const;
      const { header, response } = await node.of(context).request<'auth-user-get'>(request);
      return { header: await node.header(header), roles: response.roles.map(textNameOf) };
    },
    userList: async (_request, context) => {
      const { header, response } = await node.of(context).request<'auth-user-list'>({ kind: 'auth-user-list' });
      return { header: await node.header(header), users: response.users.map(textNameOf) };
    },
    userDelete: ({ name }, context, bytes) =>
      change(context, { kind: 'auth-user-delete', name: byteNameOf(name) }, bytes),
    userChangePassword: async (request, context, bytes) => {
      checkWriteBytes(node, bytes);
      const name = byteNameOf(request.name);
      const passwordHash = await newHashOf(request, name, context);
      return change(context, { kind: 'auth-user-change-password', name, passwordHash }, bytes);
    },
    userGrantRole: ({ user, role }, context, bytes) =>
      change(context, { kind: 'auth-user-grant-role', name: byteNameOf(user), role: byteNameOf(role) }, bytes),
    userRevokeRole: ({ name, role }, context, bytes) =>
      change(context, { kind: 'auth-user-revoke-role', name: byteNameOf(name), role: byteNameOf(role) }, bytes),
    roleAdd: ({ name }, context, bytes) => change(context, { kind: 'auth-role-add', name: byteNameOf(name) }, bytes),
    roleGet: async ({ role }, context) => {
      const request = { kind: 'auth-role-get', role: byteNameOf(role) } as const;
      const { header, response } = await node.of(context).request<'auth-role-get'>(request);
      return { header: await node.header(header), perm: response.permissions.map(wirePermissionOf) };
    },
    roleList: async (_request, context) => {
      const { header, response } = await node.of(context).request<'auth-role-list'>({ kind: 'auth-role-list' });
      return { header: await node.header(header), roles: response.roles.map(textNameOf) };
    },
    roleDelete: ({ role }, context, bytes) =>
      change(context, { kind: 'auth-role-delete', role: byteNameOf(role) }, bytes),
    roleGrantPermission: ({ name, perm }, context, bytes) =>
      change(
        context,
        { kind: 'auth-role-grant-permission', role: byteNameOf(name), permission: perm && permissionOf(perm) },
        bytes,
      ),
    roleRevokePermission: ({ role, key, rangeEnd }, context, bytes) =>
      change(
        context,
        {
          kind: 'auth-role-revoke-permission',
          role: byteNameOf(role),
          key: byteStringOf(key),
          rangeEnd: rangeEndOf(rangeEnd),
        },
        bytes,
      ),
  });

  /** Work that only root may ask for is not begun for anybody else. */
  async function hashOf(password: string, context: CallContext): Promise<string> {
    await node.mayAdminister(context);
    return authenticator.hasher.hash(password, context.peer().address, context.signal);
  }

  /**
   * Where there is no password a hash that was made elsewhere is taken as it is, as in etcd. Without one of those either no password is
   * right from then on.
   */
  async function newHashOf(
    { password, hashedPassword }: AuthUserChangePasswordRequest,
    name: ByteString,
    context: CallContext,
  ): Promise<string> {
    if (password !== '') return hashOf(password, context);
    const text = hashedPassword.replace(/[\r\n]/g, '');
    if (isBase64(text)) return byteStringOf(Buffer.from(text, 'base64'));
    await node.of(context).request<'auth-user-get'>({ kind: 'auth-user-get', name });
    await node.mayAdminister(context);
    throw new DatabaseError(passwordForNoPasswordUser);
  }
}

/** It may have been done. */
function isUnknown(error: unknown): boolean {
  return error instanceof DatabaseError && error.clientError.status === 'Unavailable';
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}
