/** Versions of keys as JSON and as lines. Bytes are escaped for people, and text or base64 for machines. */
import { bytesOf, type ByteString } from '../core/types/bytes.ts';
import type { Version } from '../core/types/version.ts';
import { escapedBytes, printableText } from './inspect-escape.ts';

export function keyText(key: ByteString): string {
  return escapedBytes(bytesOf(key));
}

/** `name` where it is printable text, else `nameBase64`. */
export function bytesFields(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  const text = printableText(bytes);
  return text === undefined ? { [`${name}Base64`]: Buffer.from(bytes).toString('base64') } : { [name]: text };
}

export function keyFields(key: ByteString): Readonly<Record<string, string>> {
  return bytesFields('key', bytesOf(key));
}

/** The value only where it was read. */
export function versionFields(version: Version): Readonly<Record<string, unknown>> {
  const { modRevision, createRevision, lease, valueBytes, value } = version;
  if (version.version === 0) return { revision: modRevision, deleted: true };
  return {
    revision: modRevision,
    createRevision,
    version: version.version,
    ...(lease === 0n ? {} : { lease: lease.toString(16) }),
    valueBytes,
    ...(value === undefined ? {} : bytesFields('value', value)),
  };
}

export function valueText(version: Version): string {
  return version.value === undefined ? `${version.valueBytes} bytes` : escapedBytes(version.value);
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
