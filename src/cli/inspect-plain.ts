/**
 * Decoded objects as JSON and YAML can hold them: ids and hashes in hex, keys and values as text where they are UTF-8
 * without control characters, else `{ hex: … }`.
 */
import { bytesOf, hexOf } from '../core/types/bytes.ts';

export interface PlainOptions {
  /** Longer keys and values are cut, and say so. Undefined: nothing is cut. */
  readonly contentCharsMax: number | undefined;
}

/** Fields that hold what clients wrote, as byte strings or bytes. */
const contentFields: ReadonlySet<string> = new Set(['key', 'keys', 'firstKey', 'value']);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function toPlain(value: unknown, options: PlainOptions, field = ''): unknown {
  if (contentFields.has(field) && typeof value === 'string') return contentOf(bytesOf(value), options);
  if (value instanceof Uint8Array) return contentFields.has(field) ? contentOf(value, options) : hexOf(value);
  if (typeof value === 'bigint') return BigInt.asUintN(64, value).toString(16);
  if (Array.isArray(value)) return value.map((entry) => toPlain(entry, options, field));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([name, entry]) => [name, named(name, entry, options)]));
}

function named(name: string, value: unknown, options: PlainOptions): unknown {
  if (!/wallMs$/i.test(name) || typeof value !== 'number') return toPlain(value, options, name);
  return options.contentCharsMax === undefined ? value : `${value} (${timeOf(value)})`;
}

function timeOf(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString();
}

function contentOf(bytes: Uint8Array, options: PlainOptions): unknown {
  const text = textOf(bytes);
  if (text === undefined) return { hex: cut(hexOf(bytes), bytes.length, options) };
  return cut(text, bytes.length, options);
}

function cut(text: string, bytes: number, { contentCharsMax }: PlainOptions): string {
  if (contentCharsMax === undefined || text.length <= contentCharsMax) return text;
  return `${text.slice(0, contentCharsMax)}… (${bytes} bytes)`;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return /[\p{Cc}\p{Co}\p{Cn}]/u.test(text.replace(/[\n\t]/g, '')) ? undefined : text;
  } catch {
    return undefined;
  }
}
