import { escapedBytes, printableText } from '../inspect-escape.ts';
import type { BytesFields } from '../inspect-fields.ts';
import type { Cell } from '../text-table.ts';

/** Words and lines that every kind of object needs. */

export function quoted(key: BytesFields): string {
  return escapedBytes(Buffer.from(key.base64, 'base64'));
}

/** Text of ours stands as it is, unless someone put into it what a terminal would obey. */
export function shown(text: string): string {
  const bytes = Buffer.from(text);
  return printableText(bytes) ?? escapedBytes(bytes);
}

/** Milliseconds since 1970 may lie beyond what a date can hold. */
export function time(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? `${wallMs} ms after 1970` : date.toISOString();
}

const nameWidth = 14;

export function pairs(all: readonly (readonly [string, Cell])[]): readonly string[] {
  return all.map(([name, value]) => `  ${name.padEnd(nameWidth)}${value}`);
}

export function putWords(put: { createRevision: number; version: number; lease?: string }): string {
  const lease = put.lease === undefined ? '' : `, lease ${put.lease}`;
  return `created at ${put.createRevision}, version ${put.version}${lease}`;
}
