import type { DiskDurability } from '../../src/ports/disk.ts';
import { flipBit } from './flip-bit.ts';

/**
 * The disk for the local log: what a process reads, and what a loss of power would leave.
 *
 * Invariants:
 * - `fsync` makes the file's name, and all appended to it so far, survive. What was not synced is lost, torn at any byte, or written back
 *   out of order in blocks, as the world decides.
 * - After a sync that failed, what it was to make safe is never safe, although it can still be read (the page cache calls it clean).
 */
export interface SimulatedDisk {
  append(file: string, bytes: Uint8Array, durability: DiskDurability): void;
  /** As `append` with fsync, which says that it succeeded, and did nothing. */
  appendLied(file: string, bytes: Uint8Array): void;
  /** As `append` with fsync, but the sync failed. */
  appendSyncFailed(file: string, bytes: Uint8Array): void;
  read(file: string): Uint8Array | undefined;
  /** The file as it was before its newest append; undefined: no file, or a new one. */
  readStale(file: string): Uint8Array | undefined;
  list(): readonly string[];
  remove(file: string, durability: DiskDurability): void;
  setAside(file: string): string;
  /** Bytes that a loss of power could take now. */
  unsynced(): number;
  losePower(loss: PowerLoss): void;
  copy(): SimulatedDisk;
  /** Flips a bit of what is on the disk; false: there is nothing. */
  rot(choose: (count: number) => number): boolean;
}

/**
 * `lost`: everything not synced. `torn`: each file keeps a part of it, cut at any byte. `reordered`: blocks of it were written and blocks
 * before them were not, which leaves zeros.
 */
export interface PowerLoss {
  readonly kind: 'lost' | 'torn' | 'reordered';
  readonly choose: (count: number) => number;
}

interface SimulatedFile {
  pieces: Uint8Array[];
  bytes: number;
  /** Of its bytes, how many are safe; -1: not even its name. */
  safeBytes: number;
  /** Ranges that a failed sync dropped: readable, and zeros after a loss of power. */
  dropped: readonly (readonly [from: number, to: number])[];
}

const blockBytes = 512;
const namePattern = /^[a-z0-9][a-z0-9.-]{0,199}$/;

export function createSimulatedDisk(initial: ReadonlyMap<string, Uint8Array> = new Map()): SimulatedDisk {
  let files = new Map<string, SimulatedFile>();
  for (const [name, content] of initial) {
    files.set(name, { pieces: [content], bytes: content.length, safeBytes: content.length, dropped: [] });
  }
  /** Removed, but the removal would not survive. */
  let undead = new Map<string, SimulatedFile>();
  const asides = new Map<string, number>();

  function check(file: string): void {
    if (!namePattern.test(file) || file === 'aside') throw new TypeError(`not a file name: ${JSON.stringify(file)}`);
  }

  function extend(file: string, bytes: Uint8Array): SimulatedFile {
    check(file);
    let entry = files.get(file);
    if (entry === undefined) {
      entry = { pieces: [], bytes: 0, safeBytes: -1, dropped: [] };
      files.set(file, entry);
    }
    entry.pieces.push(bytes.slice());
    entry.bytes += bytes.length;
    return entry;
  }

  function afterPowerLoss(entry: SimulatedFile, loss: PowerLoss): SimulatedFile | undefined {
    if (entry.safeBytes === entry.bytes && entry.dropped.length === 0) return entry;
    const content = joined(entry.pieces, entry.bytes);
    for (const [from, to] of entry.dropped) content.fill(0, from, to);
    if (entry.safeBytes === entry.bytes) return fileOf(content);
    const safe = Math.max(0, entry.safeBytes);
    if (loss.kind === 'lost') return entry.safeBytes < 0 ? undefined : fileOf(content.slice(0, safe));
    if (loss.kind === 'torn') return fileOf(content.slice(0, safe + loss.choose(content.length - safe + 1)));
    return fileOf(withHoles(content, safe, loss.choose));
  }

  return {
    append(file, bytes, durability) {
      const entry = extend(file, bytes);
      if (durability !== 'fsync') return;
      entry.safeBytes = entry.bytes;
      undead.delete(file);
    },
    appendLied(file, bytes) {
      extend(file, bytes);
    },
    appendSyncFailed(file, bytes) {
      const entry = extend(file, bytes);
      entry.dropped = [...entry.dropped, [Math.max(0, entry.safeBytes), entry.bytes]];
    },
    read(file) {
      check(file);
      const entry = files.get(file);
      return entry === undefined ? undefined : joined(entry.pieces, entry.bytes);
    },
    readStale(file) {
      check(file);
      const entry = files.get(file);
      const last = entry?.pieces.at(-1);
      if (entry === undefined || last === undefined || entry.pieces.length === 1) return undefined;
      return joined(entry.pieces.slice(0, -1), entry.bytes - last.length);
    },
    list: () => [...files.keys()].sort(),
    remove(file, durability) {
      check(file);
      const entry = files.get(file);
      files.delete(file);
      if (durability === 'fsync') undead.delete(file);
      else if (entry !== undefined && entry.safeBytes >= 0) undead.set(file, entry);
    },
    setAside(file) {
      check(file);
      if (!files.delete(file)) throw new Error(`there is no file ${file} to set aside`);
      const copy = (asides.get(file) ?? 0) + 1;
      asides.set(file, copy);
      return `memory:aside/${file}.${copy}`;
    },
    unsynced() {
      let bytes = undead.size;
      for (const entry of files.values()) bytes += entry.bytes - Math.max(0, entry.safeBytes);
      return bytes;
    },
    losePower(loss) {
      const left = new Map<string, SimulatedFile>();
      for (const [name, entry] of undead) {
        if (files.has(name)) continue;
        if (loss.kind === 'lost' || loss.choose(2) === 0) left.set(name, fileOf(joined(entry.pieces, entry.bytes)));
      }
      for (const [name, entry] of files) {
        const after = afterPowerLoss(entry, loss);
        if (after !== undefined) left.set(name, after);
      }
      files = left;
      undead = new Map();
    },
    copy() {
      return createSimulatedDisk(new Map([...files].map(([name, entry]) => [name, joined(entry.pieces, entry.bytes)])));
    },
    rot(choose) {
      const names = [...files.keys()].sort().filter((name) => files.get(name)!.bytes > 0);
      if (names.length === 0) return false;
      const name = names[choose(names.length)]!;
      const entry = files.get(name)!;
      const content = joined(entry.pieces, entry.bytes);
      flipBit(content, choose(content.length * 8));
      files.set(name, { ...entry, pieces: [content] });
      return true;
    },
  };
}

function fileOf(content: Uint8Array): SimulatedFile {
  return { pieces: [content], bytes: content.length, safeBytes: content.length, dropped: [] };
}

/** Blocks beyond what is safe, each of them written or still zero; what follows the last one written is not there. */
function withHoles(content: Uint8Array, safe: number, choose: (count: number) => number): Uint8Array {
  const left = content.slice();
  let end = safe;
  for (let start = safe; start < content.length;) {
    const next = Math.min(content.length, (Math.floor(start / blockBytes) + 1) * blockBytes);
    if (choose(2) === 0) left.fill(0, start, next);
    else end = next;
    start = next;
  }
  return left.slice(0, end);
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
