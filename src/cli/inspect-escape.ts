/** Bytes of clients for a person's eyes: nothing in them may move the cursor, break a line or be taken for something else. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Letters, marks, numbers, punctuation, symbols and the plain space: no controls, no invisible or bidirectional marks. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/** Undefined when the bytes are no UTF-8 or not printable. */
export function printableText(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return printable.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** In quotes: the text where it is printable, else ASCII with `\xNN` for every other byte. */
export function escapedBytes(bytes: Uint8Array): string {
  const text = printableText(bytes);
  if (text !== undefined) return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  let escaped = '';
  for (const byte of bytes) escaped += escapedByte(byte);
  return `"${escaped}"`;
}

function escapedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  if (byte >= 0x20 && byte < 0x7f) return character;
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
