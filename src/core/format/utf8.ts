import { assert } from '../assert.ts';

/** UTF-8 (RFC 3629) for the few names that are text. Keys never pass here: they are byte strings. */

/** A lone surrogate is a bug of the caller: it has no bytes. */
export function utf8BytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    assert(code < 0xd800 || code > 0xdfff, 'a text has a lone surrogate');
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x1_0000) bytes[length++] = 0xe0 | (code >> 12);
      else {
        bytes[length++] = 0xf0 | (code >> 18);
        bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (code & 0x3f);
  }
  return bytes.subarray(0, length);
}

/** Undefined when the bytes are not UTF-8: overlong forms, surrogates and code points above U+10FFFF included. */
export function utf8TextOf(bytes: Uint8Array): string | undefined {
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const following =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (following === 0 || index + following > bytes.length) return undefined;
    let code = lead & (0x3f >> following);
    for (let left = following; left > 0; left--) {
      const byte = bytes[index++]!;
      if ((byte & 0xc0) !== 0x80) return undefined;
      code = (code << 6) | (byte & 0x3f);
    }
    if (following === 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return undefined;
    if (following === 3 && (code < 0x1_0000 || code > 0x10_ffff)) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}
