import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';

/**
 * A map over byte strings in byte order: a sorted list of sorted blocks.
 *
 * Invariants:
 * - Keys ascend within a block and from block to block; no block is empty.
 * - A block holds at most `blockEntriesMax` entries. An insertion at the very end opens a new block, so that keys that arrive in order fill
 *   their blocks.
 * - A visitor does not insert or delete.
 */
export interface OrderedMap<Value> {
  size(): number;
  get(key: ByteString): Value | undefined;
  set(key: ByteString, value: Value): void;
  /** True when the key was there. */
  delete(key: ByteString): boolean;
  /** The entry with the greatest key that is not above `key`. */
  floor(key: ByteString): OrderedEntry<Value> | undefined;
  /** Entries of `[from, before)` ascending, until the visitor returns false. `before` undefined: to the end. */
  visit(from: ByteString, before: ByteString | undefined, visitor: (value: Value, key: ByteString) => boolean): void;
}

export interface OrderedEntry<Value> {
  readonly key: ByteString;
  readonly value: Value;
}

interface Block<Value> {
  readonly keys: ByteString[];
  readonly values: Value[];
}

const blockEntriesMax = 256;

export function createOrderedMap<Value>(): OrderedMap<Value> {
  const blocks: Block<Value>[] = [];
  let size = 0;

  function locate(key: ByteString): { readonly block: Block<Value> | undefined; readonly position: number } {
    const block = blocks[blockIndexOf(blocks, key)];
    return { block, position: block === undefined ? 0 : positionOf(block.keys, key) };
  }

  function insert(key: ByteString, value: Value): void {
    size += 1;
    const index = blockIndexOf(blocks, key);
    const block = blocks[index];
    if (block === undefined) {
      blocks.push({ keys: [key], values: [value] });
      return;
    }
    const position = positionOf(block.keys, key);
    if (block.keys.length < blockEntriesMax) {
      insertAt(block, position, key, value);
      return;
    }
    if (position === blockEntriesMax && index === blocks.length - 1) {
      blocks.push({ keys: [key], values: [value] });
      return;
    }
    const half = blockEntriesMax / 2;
    const upper: Block<Value> = { keys: block.keys.splice(half), values: block.values.splice(half) };
    blocks.splice(index + 1, 0, upper);
    if (position <= half) insertAt(block, position, key, value);
    else insertAt(upper, position - half, key, value);
  }

  return {
    size: () => size,

    get(key) {
      const block = blocks[blockIndexOf(blocks, key)];
      if (block === undefined) return undefined;
      const position = positionOf(block.keys, key);
      return block.keys[position] === key ? block.values[position] : undefined;
    },

    set(key, value) {
      const { block, position } = locate(key);
      if (block !== undefined && block.keys[position] === key) block.values[position] = value;
      else insert(key, value);
    },

    delete(key) {
      const index = blockIndexOf(blocks, key);
      const block = blocks[index];
      if (block === undefined) return false;
      const position = positionOf(block.keys, key);
      if (block.keys[position] !== key) return false;
      block.keys.splice(position, 1);
      block.values.splice(position, 1);
      if (block.keys.length === 0) blocks.splice(index, 1);
      size -= 1;
      assert(size >= 0, 'an ordered map never holds fewer than no entries');
      return true;
    },

    floor(key) {
      const { block, position } = locate(key);
      if (block === undefined) return undefined;
      const found = block.keys[position] === key ? position : position - 1;
      // The key lies below the first block's first key: nothing is at or under it.
      if (found < 0) return undefined;
      return { key: block.keys[found]!, value: block.values[found]! };
    },

    visit(from, before, visitor) {
      let index = blockIndexOf(blocks, from);
      let position = index < blocks.length ? positionOf(blocks[index]!.keys, from) : 0;
      for (; index < blocks.length; index++, position = 0) {
        const { keys, values } = blocks[index]!;
        const end = before === undefined ? keys.length : endOf(keys, before);
        for (; position < end; position++) if (!visitor(values[position]!, keys[position]!)) return;
        if (end < keys.length) return;
      }
    },
  };
}

/** Where in `keys` the range that ends before `before` ends: mostly a whole block lies in or out. */
function endOf(keys: readonly ByteString[], before: ByteString): number {
  return keys[keys.length - 1]! < before ? keys.length : positionOf(keys, before);
}

/** The last block whose first key is not above `key`; the first one when all are above. */
function blockIndexOf(blocks: readonly Block<unknown>[], key: ByteString): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (blocks[middle]!.keys[0]! <= key) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : low - 1;
}

/** The first position whose key is not below `key`. */
function positionOf(keys: readonly ByteString[], key: ByteString): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertAt<Value>(block: Block<Value>, position: number, key: ByteString, value: Value): void {
  block.keys.splice(position, 0, key);
  block.values.splice(position, 0, value);
}
