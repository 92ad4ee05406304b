import { crc32 } from './digest.ts';

/**
 * Reads the notation of docs/design/0004-format.md. Whatever is not exactly what it describes throws `FormatError`: the oracles
 * never go on with bytes that are not proved.
 */
export class FormatError extends Error {}

/** Undefined: what is to be decoded is not exactly what the notation describes. */
export function readable<Value>(decode: () => Value): Value | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #advance(count: number): number {
    const at = this.offset;
    if (count > this.end - at)
      throw new FormatError(`byte ${at}: ${count} more bytes are due, ${this.end - at} are left`);
    this.offset = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.#advance(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64(): number {
    const value = this.#view.getBigUint64(this.#advance(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FormatError(`byte ${this.offset - 8}: a number beyond 2^53 - 1`);
    return Number(value);
  }

  /** As an unsigned decimal. */
  id64(): string {
    return String(this.#view.getBigUint64(this.#advance(8)));
  }

  lease(): string {
    const value = this.#view.getBigInt64(this.#advance(8));
    if (value === 0n) throw new FormatError(`byte ${this.offset - 8}: lease 0`);
    return String(value);
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new FormatError(`byte ${this.offset - 1}: a flag of ${value}`);
    return value === 1;
  }

  varint(): number {
    const start = this.offset;
    let value = 0;
    let factor = 1;
    for (let count = 1; count <= 8; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte >= 0x80) continue;
      if (byte === 0 && count > 1) throw new FormatError(`byte ${start}: a number that is not in its shortest form`);
      if (value > Number.MAX_SAFE_INTEGER) throw new FormatError(`byte ${start}: a number beyond 2^53 - 1`);
      return value;
    }
    throw new FormatError(`byte ${start}: a number of more than eight bytes`);
  }

  raw(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.bytes.subarray(at, at + count);
  }

  /** `bytes`, one char for each. */
  byteString(): string {
    return textOfBytes(this.raw(this.varint()));
  }

  text(): string {
    const start = this.offset;
    try {
      return decodeURIComponent([...this.raw(this.varint())].map((byte) => `%${hex(byte)}`).join(''));
    } catch (error) {
      if (error instanceof URIError) throw new FormatError(`byte ${start}: a text that is not UTF-8`);
      throw error;
    }
  }

  list<Item>(read: (cursor: Cursor) => Item): Item[] {
    const count = this.varint();
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(read(this));
    return items;
  }

  finish(): void {
    if (this.offset !== this.end)
      throw new FormatError(`byte ${this.offset}: ${this.end - this.offset} bytes too many`);
  }
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(byte: number): string {
  return hexOfByte[byte]!;
}

export function hexOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index++) text += hex(bytes[index]!);
  return text;
}

const charsPerCall = 4_096;

export function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += charsPerCall) {
    text += String.fromCharCode.apply(undefined, bytes.subarray(start, start + charsPerCall) as unknown as number[]);
  }
  return text;
}

const formatVersion = 1;

/** The body of an object in the envelope. */
export function openEnvelope(magic: string, bytes: Uint8Array): Cursor {
  if (bytes.length < 10) throw new FormatError(`${bytes.length} bytes are no ${magic}`);
  checkMagic(magic, bytes, 0);
  checkCrc(bytes, 0, bytes.length - 4);
  checkVersion(bytes, 0);
  return new Cursor(bytes, 6, bytes.length - 4);
}

export function checkMagic(magic: string, bytes: Uint8Array, offset: number): void {
  const found = textOfBytes(bytes.subarray(offset, offset + 4));
  if (found !== magic) throw new FormatError(`byte ${offset}: magic ${magic} is due, found ${JSON.stringify(found)}`);
}

export function checkVersion(bytes: Uint8Array, offset: number): void {
  const version = bytes[offset + 4]! * 256 + bytes[offset + 5]!;
  if (version !== formatVersion) throw new FormatError(`byte ${offset + 4}: format version ${version}`);
}

/** The four bytes at `end` are the CRC-32 of those before them. */
export function checkCrc(bytes: Uint8Array, start: number, end: number): void {
  const written = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0);
  if (crc32(bytes.subarray(start, end)) !== written) throw new FormatError(`byte ${end}: the checksum does not hold`);
}
