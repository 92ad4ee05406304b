import type { ByteString } from '../types/bytes.ts';

/**
 * A map over byte strings in byte order: a sorted list of sorted blocks.
 *
 * Invariants:
 * - Keys ascend within a block and from block to block; no block is empty; a block holds at most `blockEntriesMax` entries.
 * - A block's summary, which is its user's, is forgotten when the block changes.
 * - A visitor does not insert or delete.
 */
export interface OrderedMap<Value, Summary = never> {
  size(): number;
  get(key: ByteString): Value | undefined;
  set(key: ByteString, value: Value): void;
  /** True when the key was there. */
  delete(key: ByteString): boolean;
  /** The value of `key`, which is there, changed within: its block's summary is out of date. */
  touch(key: ByteString): void;
  /** The entry with the greatest key that is not above `key`. */
  floor(key: ByteString): OrderedEntry<Value> | undefined;
  /** Entries of `[from, before)` ascending, until the visitor returns false. `before` undefined: to the end. */
  visit(from: ByteString, before: ByteString | undefined, visitor: (value: Value, key: ByteString) => boolean): void;
  /** The same as stretches of blocks: positions from `start` up to `end`. */
  visitBlocks(from: ByteString, before: ByteString | undefined, visitor: BlockVisitor<Value, Summary>): void;
}

export interface OrderedEntry<Value> {
  readonly key: ByteString;
  readonly value: Value;
}

export interface Block<Value, Summary> {
  readonly keys: ByteString[];
  readonly values: Value[];
  summary: Summary | undefined;
}

/** Returns whether to go on. */
export type BlockVisitor<Value, Summary> = (block: Block<Value, Summary>, start: number, end: number) => boolean;

const blockEntriesMax = 256;

export function createOrderedMap<Value, Summary = never>(): OrderedMap<Value, Summary> {
  const blocks: Block<Value, Summary>[] = [];
  let size = 0;
  // Where the key last sought is, or belongs: what is asked about one key comes in a row.
  let soughtKey: ByteString | undefined;
  let soughtBlock = 0;
  let soughtPosition = 0;

  function seek(key: ByteString): Block<Value, Summary> | undefined {
    if (key !== soughtKey) {
      soughtBlock = blockIndexOf(blocks, key);
      const block = blocks[soughtBlock];
      soughtPosition = block === undefined ? 0 : positionOf(block.keys, key);
      soughtKey = key;
    }
    return blocks[soughtBlock];
  }

  function insert(key: ByteString, value: Value): void {
    size += 1;
    const block = blocks[soughtBlock];
    if (block !== undefined && block.keys.length < blockEntriesMax) {
      insertAt(block, soughtPosition, key, value);
      return;
    }
    soughtKey = undefined;
    // A key above all others opens a block of its own: keys that arrive in order fill their blocks.
    if (block === undefined || (soughtPosition === blockEntriesMax && soughtBlock === blocks.length - 1)) {
      blocks.push({ keys: [key], values: [value], summary: undefined });
      return;
    }
    const half = blockEntriesMax / 2;
    const upper = { keys: block.keys.splice(half), values: block.values.splice(half), summary: undefined };
    blocks.splice(soughtBlock + 1, 0, upper);
    if (soughtPosition <= half) insertAt(block, soughtPosition, key, value);
    else insertAt(upper, soughtPosition - half, key, value);
  }

  function visitBlocks(from: ByteString, before: ByteString | undefined, visitor: BlockVisitor<Value, Summary>): void {
    const first = blockIndexOf(blocks, from);
    for (let index = first; index < blocks.length; index++) {
      const block = blocks[index]!;
      const start = index === first ? positionOf(block.keys, from) : 0;
      const end = before === undefined ? block.keys.length : endOf(block.keys, before);
      if (start < end && !visitor(block, start, end)) return;
      if (end < block.keys.length) return;
    }
  }

  return {
    size: () => size,

    get(key) {
      const block = seek(key);
      if (block === undefined || block.keys[soughtPosition] !== key) return undefined;
      return block.values[soughtPosition];
    },

    set(key, value) {
      const block = seek(key);
      if (block === undefined || block.keys[soughtPosition] !== key) {
        insert(key, value);
        return;
      }
      block.values[soughtPosition] = value;
      block.summary = undefined;
    },

    delete(key) {
      const block = seek(key);
      if (block === undefined || block.keys[soughtPosition] !== key) return false;
      block.keys.splice(soughtPosition, 1);
      block.values.splice(soughtPosition, 1);
      block.summary = undefined;
      if (block.keys.length === 0) blocks.splice(soughtBlock, 1);
      soughtKey = undefined;
      size -= 1;
      return true;
    },

    touch(key) {
      const block = seek(key);
      if (block !== undefined) block.summary = undefined;
    },

    floor(key) {
      const block = seek(key);
      if (block === undefined) return undefined;
      const position = block.keys[soughtPosition] === key ? soughtPosition : soughtPosition - 1;
      // Below the first block's first key: nothing is at or under it.
      return position < 0 ? undefined : { key: block.keys[position]!, value: block.values[position]! };
    },

    visit(from, before, visitor) {
      visitBlocks(from, before, ({ keys, values }, start, end) => {
        for (let position = start; position < end; position++) {
          if (!visitor(values[position]!, keys[position]!)) return false;
        }
        return true;
      });
    },

    visitBlocks,
  };
}

/** Where in `keys` what lies below `before` ends: mostly a whole block is in. */
function endOf(keys: readonly ByteString[], before: ByteString): number {
  return keys[keys.length - 1]! < before ? keys.length : positionOf(keys, before);
}

/** The last block whose first key is not above `key`; the first one when all are above. */
function blockIndexOf(blocks: readonly { readonly keys: readonly ByteString[] }[], key: ByteString): number {
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

function insertAt<Value>(block: Block<Value, unknown>, position: number, key: ByteString, value: Value): void {
  block.keys.splice(position, 0, key);
  block.values.splice(position, 0, value);
  block.summary = undefined;
}
