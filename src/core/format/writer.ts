import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';
import { utf8BytesOf } from './utf8.ts';

/**
 * Writes an object's bytes into one growing buffer.
 *
 * Numbers: `u8`, `u16`, `u32` and `u64` are fixed and big-endian; `varint` is LEB128 of a non-negative safe integer, in its
 * shortest form. What does not fit its field is a bug of the caller.
 */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far, from `start` on: a view. Later writes leave it as it is, unless they overwrite. */
  written(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  u8(value: number): void {
    assert(value >= 0 && value <= 0xff && Number.isInteger(value), 'u8 out of range');
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    assert(value >= 0 && value <= 0xffff && Number.isInteger(value), 'u16 out of range');
    this.#room(2);
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value & 0xff;
  }

  u32(value: number): void {
    this.#room(4);
    this.#length += 4;
    this.setU32(this.#length - 4, value);
  }

  /** Overwrites four bytes already written. */
  setU32(offset: number, value: number): void {
    assert(value >= 0 && value <= 0xffff_ffff && Number.isInteger(value), 'u32 out of range');
    assert(offset + 4 <= this.#length, 'u32 beyond what was written');
    this.#bytes[offset] = value >>> 24;
    this.#bytes[offset + 1] = (value >>> 16) & 0xff;
    this.#bytes[offset + 2] = (value >>> 8) & 0xff;
    this.#bytes[offset + 3] = value & 0xff;
  }

  u64(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'u64 is not a non-negative safe integer');
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  i64(value: bigint): void {
    assert(BigInt.asIntN(64, value) === value, 'i64 out of range');
    this.bigU64(BigInt.asUintN(64, value));
  }

  bigU64(value: bigint): void {
    assert(BigInt.asUintN(64, value) === value, 'u64 out of range');
    this.u32(Number(value >> 32n));
    this.u32(Number(value & 0xffff_ffffn));
  }

  varint(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'varint is not a non-negative safe integer');
    this.#room(8);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Bytes whose number the reader knows. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Bytes after their number. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** A byte string after its length. */
  byteString(text: ByteString): void {
    this.varint(text.length);
    this.rawByteString(text, 0);
  }

  /** The chars of a byte string from `start` on, whose number the reader knows. */
  rawByteString(text: ByteString, start: number): void {
    const length = text.length;
    this.#room(length - start);
    const target = this.#bytes;
    let offset = this.#length;
    let seen = 0;
    for (let index = start; index < length; index++) {
      const code = text.charCodeAt(index);
      seen |= code;
      target[offset++] = code;
    }
    assert(seen <= 0xff, 'a byte string has a char above 255');
    this.#length = offset;
  }

  /** A text as UTF-8 after its length in bytes. */
  text(text: string, bytesMax: number): void {
    const bytes = utf8BytesOf(text);
    assert(bytes.length <= bytesMax, 'a text is longer than its field');
    this.bytes(bytes);
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2, 64));
    grown.set(this.written());
    this.#bytes = grown;
  }
}
