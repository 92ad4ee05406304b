import type { Permission, PermissionType } from '../../core/types/auth.ts';
import type { ByteString } from '../../core/types/bytes.ts';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import * as wire from '../generated/authpb/auth.ts';
import { byteStringOf, bytesOf } from './bytes.ts';
import { rangeEndOf } from './kv-request.ts';

/** Names are text in the protocol; their UTF-8 inside. */
export function byteNameOf(name: string): ByteString {
  return byteStringOf(Buffer.from(name));
}

export function textNameOf(name: ByteString): string {
  return Buffer.from(name, 'latin1').toString();
}

const typesByNumber: readonly (PermissionType | undefined)[] = ['read', 'write', 'readwrite'];

const numbersByType: Readonly<Record<PermissionType, wire.Permission_Type>> = {
  read: wire.Permission_Type.READ,
  write: wire.Permission_Type.WRITE,
  readwrite: wire.Permission_Type.READWRITE,
};

export function permissionOf({ permType, key, rangeEnd }: wire.Permission): Permission {
  const type = typesByNumber[permType];
  // etcd keeps any number, and grants nothing by those that it does not know.
  if (type === undefined) throw new DatabaseError(clientErrors.invalidAuthManagement);
  return { type, key: byteStringOf(key), rangeEnd: rangeEndOf(rangeEnd) };
}

export function wirePermissionOf({ type, key, rangeEnd }: Permission): wire.Permission {
  return { permType: numbersByType[type], key: bytesOf(key), rangeEnd: bytesOf(rangeEnd ?? '') };
}
