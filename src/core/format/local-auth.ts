import type { Digest } from '../../ports/digest.ts';
import type { LocalEntry, LocalOperation } from '../../ports/local-store.ts';
import type { ActiveAlarm } from '../types/alarm.ts';
import type { AuthChange, AuthRole, AuthState, AuthUser } from '../types/auth.ts';
import { byteStringOf, type ByteString } from '../types/bytes.ts';
import { readAlarm, writeAlarm } from './alarm.ts';
import { readRole, readUser, roleBytesBound, userBytesBound, writeRole, writeUser } from './auth.ts';
import { DamageSignal, decoding, type Decoded } from './damage.ts';
import { readFlag, writeFlag } from './flag.ts';
import { checkKey, nameOfLocalKey, openEntry, rangeOf, sealedPut, type LocalRange } from './local-entry.ts';
import { ByteReader } from './reader.ts';
import { ByteWriter } from './writer.ts';

/**
 * Entries of the local store for who may do what, and for alarms:
 *
 *   'a'                    → whether authentication is enabled, and the auth revision; no entry before the first change
 *   'r' name               → a role
 *   'u' name               → a user
 *   'w' kind (1) member (8) → an alarm that is on: nothing else
 */
const switchTag = 0x61;
const roleTag = 0x72;
const userTag = 0x75;
const alarmTag = 0x77;

const switchKeyBytes = 1;
const alarmKeyBytes = 10;
const entryOverheadBytes = 32;

export const localSwitchRange: LocalRange = rangeOf(switchTag);
/** Ascending by name, as are users. */
export const localRoleRange: LocalRange = rangeOf(roleTag);
export const localUserRange: LocalRange = rangeOf(userTag);
export const localAlarmRange: LocalRange = rangeOf(alarmTag);

export type AuthSwitch = Pick<AuthState, 'enabled' | 'revision'>;

export function localSwitchPut({ enabled, revision }: AuthSwitch, digest: Digest): LocalOperation {
  const writer = new ByteWriter(entryOverheadBytes);
  writer.u8(switchTag);
  writeFlag(writer, enabled);
  writer.varint(revision);
  return sealedPut(writer, 0, switchKeyBytes, digest);
}

export function decodeLocalSwitch(entry: LocalEntry, digest: Digest): Decoded<AuthSwitch> {
  return decoding(nameOfLocalKey(entry.key), () => {
    checkKey(entry.key, switchTag, switchKeyBytes, 'the switch of authentication');
    const reader = openEntry(entry.key, entry.value, digest);
    const enabled = readFlag(reader, 'authentication that is on');
    const revision = reader.varint('auth revision', 1);
    reader.end();
    return { enabled, revision };
  });
}

/** Nothing for the switch: its entry holds the revision too, and is written with every change. */
export function localWritesOfChange(change: AuthChange, digest: Digest): readonly LocalOperation[] {
  switch (change.kind) {
    case 'enabled':
      return [];
    case 'user-put':
      return [localUserPut(change.user, digest)];
    case 'user-delete':
      return [{ kind: 'delete', key: nameKey(userTag, change.name) }];
    case 'role-put':
      return [localRolePut(change.role, digest)];
    case 'role-delete':
      return [{ kind: 'delete', key: nameKey(roleTag, change.name) }];
  }
}

export function localUserPut(user: AuthUser, digest: Digest): LocalOperation {
  const writer = new ByteWriter(entryOverheadBytes + user.name.length + userBytesBound(user));
  writeNameKey(writer, userTag, user.name);
  writeUser(writer, user);
  return sealedPut(writer, 0, user.name.length + 1, digest);
}

export function decodeLocalUser(entry: LocalEntry, digest: Digest): Decoded<AuthUser> {
  return decodeNamed(entry, userTag, 'a user', readUser, digest);
}

export function localRolePut(role: AuthRole, digest: Digest): LocalOperation {
  const writer = new ByteWriter(entryOverheadBytes + role.name.length + roleBytesBound(role));
  writeNameKey(writer, roleTag, role.name);
  writeRole(writer, role);
  return sealedPut(writer, 0, role.name.length + 1, digest);
}

export function decodeLocalRole(entry: LocalEntry, digest: Digest): Decoded<AuthRole> {
  return decodeNamed(entry, roleTag, 'a role', readRole, digest);
}

function decodeNamed<Named extends AuthUser | AuthRole>(
  entry: LocalEntry,
  tag: number,
  what: string,
  read: (reader: ByteReader) => Named,
  digest: Digest,
): Decoded<Named> {
  return decoding(nameOfLocalKey(entry.key), () => {
    checkKey(entry.key, tag, entry.key.length, what);
    const reader = openEntry(entry.key, entry.value, digest);
    const named = read(reader);
    reader.end();
    if (named.name !== byteStringOf(entry.key.subarray(1))) {
      throw new DamageSignal('identity', 0, `${what} of the entry's name`, 'another name');
    }
    return named;
  });
}

/** All of it, for a store that has none of it. */
export function localWritesOfAuth(auth: AuthState, digest: Digest): readonly LocalOperation[] {
  const roles = [...auth.roles.values()].map((role) => localRolePut(role, digest));
  const users = [...auth.users.values()].map((user) => localUserPut(user, digest));
  return [localSwitchPut(auth, digest), ...roles, ...users];
}

export function localAlarmPut(alarm: ActiveAlarm, digest: Digest): LocalOperation {
  const writer = new ByteWriter(entryOverheadBytes);
  writeAlarmKey(writer, alarm);
  return sealedPut(writer, 0, alarmKeyBytes, digest);
}

export function localAlarmDelete(alarm: ActiveAlarm): LocalOperation {
  const writer = new ByteWriter(alarmKeyBytes);
  writeAlarmKey(writer, alarm);
  return { kind: 'delete', key: writer.written() };
}

export function decodeLocalAlarm(entry: LocalEntry, digest: Digest): Decoded<ActiveAlarm> {
  return decoding(nameOfLocalKey(entry.key), () => {
    checkKey(entry.key, alarmTag, alarmKeyBytes, 'an alarm');
    const alarm = readAlarm(new ByteReader(entry.key, 1));
    openEntry(entry.key, entry.value, digest).end();
    return alarm;
  });
}

function writeAlarmKey(writer: ByteWriter, alarm: ActiveAlarm): void {
  writer.u8(alarmTag);
  writeAlarm(writer, alarm);
}

function nameKey(tag: number, name: ByteString): Uint8Array {
  const writer = new ByteWriter(name.length + 1);
  writeNameKey(writer, tag, name);
  return writer.written();
}

function writeNameKey(writer: ByteWriter, tag: number, name: ByteString): void {
  writer.u8(tag);
  writer.rawByteString(name, 0);
}
