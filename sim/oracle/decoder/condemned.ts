import { atLeastOne, checkAscending } from './checks.ts';
import { FormatError, hexOfBytes, openEnvelope, type Cursor } from './cursor.ts';
import { archiveFolder, checkName, checkpointFolder, withHomes } from './reference.ts';

export interface DecodedCondemned {
  readonly databaseId: string;
  readonly keys: readonly string[];
}

/** The content has to have the hash that its name says. */
export function decodeCondemned(key: string, bytes: Uint8Array): DecodedCondemned {
  checkName(key, bytes);
  const cursor = openEnvelope('T4cd', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const keys = withHomes(cursor, (homeOf) => cursor.list(() => decodeCondemnedKey(cursor, homeOf)));
  cursor.finish();
  if (keys.length === 0) throw new FormatError('a condemned list of no keys');
  checkAscending(keys, (left, right) => left < right, 'condemned keys');
  return { databaseId, keys };
}

const foldersOfTags = new Map([
  [1, 'chunks/'],
  [2, 'pages/'],
  [4, 'condemned/'],
]);

function decodeCondemnedKey(cursor: Cursor, homeOf: () => string): string {
  const tag = cursor.u8();
  const home = homeOf();
  const folder = folderOf(tag, cursor);
  if (folder === undefined) throw new FormatError(`a condemned key with tag ${tag}`);
  return `/${home}${folder}${hexOfBytes(cursor.raw(32))}-${hexOfBytes(cursor.raw(8))}`;
}

function folderOf(tag: number, cursor: Cursor): string | undefined {
  if (tag === 3) return checkpointFolder(cursor.varint());
  return tag === 5 ? archiveFolder(atLeastOne(cursor, 'first slot')) : foldersOfTags.get(tag);
}
