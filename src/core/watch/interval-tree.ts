import type { ByteString } from '../types/bytes.ts';

/**
 * Half-open ranges of keys, each with what belongs to it; finds every range that holds a key.
 *
 * Invariants:
 * - A treap: ordered by (start, end) from left to right, by priority from top to bottom. Priorities come from a counter, so the shape
 *   depends on the calls alone.
 * - `furthestEnd` is the largest end in the node's subtree: a search skips subtrees that end before the key. Finding m of n
 *   ranges takes O((1 + m) log n).
 */
export interface IntervalTree<Value> {
  get(start: ByteString, end: ByteString): Value | undefined;
  /** The range must not be in the tree. */
  add(start: ByteString, end: ByteString, value: Value): void;
  remove(start: ByteString, end: ByteString): void;
  visit(key: ByteString, visitor: (value: Value) => void): void;
}

/** As an end: beyond every key. No range ends before the empty string, so it is free to say this. */
export const infinity: ByteString = '';

interface Node<Value> {
  readonly start: ByteString;
  readonly end: ByteString;
  readonly value: Value;
  readonly priority: number;
  left: Node<Value> | undefined;
  right: Node<Value> | undefined;
  furthestEnd: ByteString;
}

export function createIntervalTree<Value>(): IntervalTree<Value> {
  let root: Node<Value> | undefined;
  let additions = 0;

  return {
    get(start, end) {
      let node = root;
      while (node !== undefined) {
        const order = compare(start, end, node);
        if (order === 0) return node.value;
        node = order < 0 ? node.left : node.right;
      }
      return undefined;
    },
    add(start, end, value) {
      additions += 1;
      const priority = scramble(additions);
      root = insert(root, { start, end, value, priority, left: undefined, right: undefined, furthestEnd: end });
    },
    remove(start, end) {
      root = remove(root, start, end);
    },
    visit(key, visitor) {
      visit(root, key, visitor);
    },
  };
}

function compare<Value>(start: ByteString, end: ByteString, node: Node<Value>): number {
  if (start !== node.start) return start < node.start ? -1 : 1;
  if (end === node.end) return 0;
  return endsAfter(node.end, end) ? -1 : 1;
}

function endsAfter(end: ByteString, other: ByteString): boolean {
  if (other === infinity) return false;
  return end === infinity || end > other;
}

function visit<Value>(node: Node<Value> | undefined, key: ByteString, visitor: (value: Value) => void): void {
  if (node === undefined || !liesBefore(key, node.furthestEnd)) return;
  visit(node.left, key, visitor);
  if (node.start > key) return;
  if (liesBefore(key, node.end)) visitor(node.value);
  visit(node.right, key, visitor);
}

function liesBefore(key: ByteString, end: ByteString): boolean {
  return end === infinity || key < end;
}

function insert<Value>(node: Node<Value> | undefined, added: Node<Value>): Node<Value> {
  if (node === undefined) return added;
  const order = compare(added.start, added.end, node);
  if (order < 0) {
    node.left = insert(node.left, added);
    if (node.left.priority > node.priority) return rotateRight(node, node.left);
  } else {
    node.right = insert(node.right, added);
    if (node.right.priority > node.priority) return rotateLeft(node, node.right);
  }
  return measure(node);
}

function remove<Value>(node: Node<Value> | undefined, start: ByteString, end: ByteString): Node<Value> | undefined {
  if (node === undefined) return undefined;
  const order = compare(start, end, node);
  if (order === 0) return join(node.left, node.right);
  if (order < 0) node.left = remove(node.left, start, end);
  else node.right = remove(node.right, start, end);
  return measure(node);
}

/** Everything in `left` comes before everything in `right`. */
function join<Value>(left: Node<Value> | undefined, right: Node<Value> | undefined): Node<Value> | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) {
    left.right = join(left.right, right);
    return measure(left);
  }
  right.left = join(left, right.left);
  return measure(right);
}

function rotateRight<Value>(node: Node<Value>, left: Node<Value>): Node<Value> {
  node.left = left.right;
  left.right = measure(node);
  return measure(left);
}

function rotateLeft<Value>(node: Node<Value>, right: Node<Value>): Node<Value> {
  node.right = right.left;
  right.left = measure(node);
  return measure(right);
}

function measure<Value>(node: Node<Value>): Node<Value> {
  node.furthestEnd = node.end;
  if (node.left !== undefined) node.furthestEnd = further(node.furthestEnd, node.left.furthestEnd);
  if (node.right !== undefined) node.furthestEnd = further(node.furthestEnd, node.right.furthestEnd);
  return node;
}

function further(end: ByteString, other: ByteString): ByteString {
  return endsAfter(other, end) ? other : end;
}

/** Spreads a counter over 32 bits; every count gives another number. */
function scramble(count: number): number {
  let bits = Math.imul(count, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
