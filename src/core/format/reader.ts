import type { ByteString } from '../types/bytes.ts';
import { byteStringOf } from '../types/bytes.ts';
import { DamageSignal } from './damage.ts';
import { utf8TextOf } from './utf8.ts';

/** 2^53 − 1 takes 53 bits: seven in each of seven bytes, four in the eighth. */
const varintBytesMax = 8;
const varintLastByteMax = 0x0f;

/**
 * Reads what a `ByteWriter` wrote. Every read checks its bound and signals damage with the byte's offset; a varint that is not in
 * its shortest form is damage, so that a value has one encoding.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  /** Reads `bytes` from `start` up to, not including, `end`. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#end - this.#offset;
  }

  /** Offset of `count` bytes, now taken. */
  take(count: number, what: string): number {
    const start = this.#offset;
    if (count > this.#end - start) {
      throw new DamageSignal('truncated', start, `${count} bytes of ${what}`, `${this.#end - start} bytes`);
    }
    this.#offset = start + count;
    return start;
  }

  u8(what: string): number {
    return this.#bytes[this.take(1, what)]!;
  }

  u16(what: string): number {
    const start = this.take(2, what);
    return this.#bytes[start]! * 0x100 + this.#bytes[start + 1]!;
  }

  u32(what: string): number {
    return this.#u32At(this.take(4, what));
  }

  u64(what: string): number {
    const start = this.take(8, what);
    const value = this.#u32At(start) * 0x1_0000_0000 + this.#u32At(start + 4);
    if (!Number.isSafeInteger(value)) throw outOfBounds(start, what, `at most ${Number.MAX_SAFE_INTEGER}`, 'more');
    return value;
  }

  i64(what: string): bigint {
    return BigInt.asIntN(64, this.bigU64(what));
  }

  bigU64(what: string): bigint {
    const start = this.take(8, what);
    return (BigInt(this.#u32At(start)) << 32n) | BigInt(this.#u32At(start + 4));
  }

  #u32At(start: number): number {
    const bytes = this.#bytes;
    return bytes[start]! * 0x100_0000 + ((bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!);
  }

  varint(what: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.#offset;
    const value = this.#varint(what);
    if (value < min || value > max) throw outOfBounds(start, what, `${min} to ${max}`, String(value));
    return value;
  }

  #varint(what: string): number {
    const start = this.#offset;
    let value = 0;
    let weight = 1;
    for (let count = 1; ; count++) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * weight;
      if (count === varintBytesMax && byte > varintLastByteMax) break;
      if (byte < 0x80) {
        if (byte === 0 && count > 1) throw outOfBounds(start, what, 'the shortest form of a number', 'a longer one');
        return value;
      }
      weight *= 128;
    }
    throw outOfBounds(start, what, `at most ${Number.MAX_SAFE_INTEGER}`, 'more');
  }

  /** A number of items, each of which takes at least `bytesEach`: so that no count makes us reserve more than there is. */
  count(what: string, bytesEach: number, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.#offset;
    const count = this.varint(what, min, max);
    if (count * bytesEach > this.left) {
      throw new DamageSignal('truncated', start, `room for ${count} ${what}`, `${this.left} bytes`);
    }
    return count;
  }

  /** A view into the bytes read. */
  raw(count: number, what: string): Uint8Array {
    const start = this.take(count, what);
    return this.#bytes.subarray(start, start + count);
  }

  /** Reads `count` bytes alone, whose offsets stay those in the whole. */
  part(count: number, what: string): ByteReader {
    const start = this.take(count, what);
    return new ByteReader(this.#bytes, start, start + count);
  }

  /** A view into the bytes read. */
  bytes(what: string, max: number = Number.MAX_SAFE_INTEGER): Uint8Array {
    return this.raw(this.varint(`length of ${what}`, 0, max), what);
  }

  byteString(what: string, max: number = Number.MAX_SAFE_INTEGER): ByteString {
    return byteStringOf(this.bytes(what, max));
  }

  text(what: string, bytesMax: number): string {
    const start = this.#offset;
    const text = utf8TextOf(this.bytes(what, bytesMax));
    if (text === undefined) throw outOfBounds(start, what, 'UTF-8', 'other bytes');
    return text;
  }

  /** Nothing may follow. */
  end(): void {
    if (this.left > 0) throw new DamageSignal('trailing', this.#offset, 'the end', `${this.left} more bytes`);
  }
}

export function outOfBounds(offset: number, what: string, expected: string, found: string): DamageSignal {
  return new DamageSignal('value', offset, `${what}: ${expected}`, found);
}
