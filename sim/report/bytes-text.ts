/** Byte strings (one char for each byte) as people read them: UTF-8 where it is that and printable, else each odd byte as `\xNN`. */

const lengthShown = 48;
const decoder = new TextDecoder('utf-8', { fatal: true });
// Control characters, and those that change the direction of the text around them.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

export function textOfBytes(bytes: string): string {
  const text = utf8Of(bytes);
  if (text === undefined) return bytes.replace(/[^\x20-\x7e]/g, escapedByte);
  return text.replace(unprintable, (char) =>
    char <= '\x7f' ? escapedByte(char) : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

function escapedByte(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Cut in the middle, where names differ least. */
export function shorten(text: string, length = lengthShown): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (length - 1 - head)).join('')}`;
}

/** `"value"`, shortened. A system of somebody else's may call things by numbers. */
export function quoted(bytes: string | number): string {
  if (typeof bytes !== 'string') return JSON.stringify(bytes);
  return `"${shorten(textOfBytes(bytes))}"`;
}

/** Slots have twenty digits, of which people need the last: `log/…7`. */
export function objectKeyText(key: string): string {
  const slot = /^(.*\/)0{8,}(\d+)(-[0-9a-f]{16,})?$/.exec(key);
  if (slot !== null) return `${slot[1]}…${slot[2]!}${slot[3] === undefined ? '' : `${slot[3].slice(0, 7)}…`}`;
  return shorten(textOfBytes(key));
}

function utf8Of(bytes: string): string | undefined {
  try {
    return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
