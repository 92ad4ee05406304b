import type { Observer } from '../types/observer.ts';
import type { RunResult, StoreChange, Violation } from '../types/result.ts';
import { isTool } from '../world/tool-host.ts';
import { checkLeftLying } from './check-left-lying.ts';
import { readable } from './decoder/cursor.ts';
import { decodeSegment } from './decoder/log-objects.ts';
import { decodeControl, decodeNode } from './decoder/control.ts';
import { type DecodedManifest, decodeManifest } from './decoder/manifest.ts';
import { createFamily } from './family/family.ts';
import { placeKey } from './family/home-of-key.ts';
import { createOperators } from './family/operators.ts';
import type { Ledger } from './ledger.ts';
import { slotKey, slotOfKey } from './log.ts';
import { createReachability, keyOf, type Reachable } from './reachability.ts';
import { createRetained, type Retained } from './retained.ts';
import { violation } from './violation.ts';

/**
 * Invariant 7 of the protocol, judged at every change of the store, late ones too, against the manifests that stand there at that moment. Of each
 * database of the family:
 * - what is deleted was condemned before, and nothing names it; but what lies below the home of a branch that is removed may go;
 * - a slot that is deleted is in an archive that is named, byte for byte, or below the floor and no pin's; it is no fence, and none of those after one
 *   that a writer may have in flight;
 * - an archive goes no further than the newest checkpoint, and is there before the objects of its slots go;
 * - the manifest names nothing that was ever condemned, and nothing that is not there; the log is kept from its oldest checkpoint on;
 * - checkpoints are forgotten only as the retention says;
 * - a name is never used for two contents, but for that of a node that stands by, whose beats go on;
 * - a node writes the manifest in its own reign alone.
 *
 * And over all of them: nothing that a branch which stands needs of another database is condemned, given up or deleted (`family/family.ts`).
 */
interface Database {
  readonly home: string;
  /** Undefined: there is none, or not any more. */
  manifest: DecodedManifest | undefined;
  reachable: Reachable;
  readonly namedUntilMs: Map<string, number>;
  /** Of the largest checkpoint that was ever named. */
  treeBytesMax: number;
  /** By epoch: who claimed it. */
  readonly leaderOf: Map<number, number>;
  readonly fences: Set<number>;
  readonly retained: Retained;
}

export function createCollectionOracle(): Observer {
  const first = new Map<string, Uint8Array>();
  const present = new Set<string>();
  /** Ever, by a manifest that stood. */
  const condemned = new Set<string>();
  const listsNamed = new Set<string>();
  const databases = new Map<string, Database>();
  const reachability = createReachability({ bytes: (key) => first.get(key) });
  const operators = createOperators();
  const family = createFamily({
    manifestAt: (home) => databases.get(home)?.manifest,
    tree: (checkpoint) => reachability.tree(checkpoint),
    isGone: (key) => condemned.has(key) || (!present.has(key) && !isArchived(key)),
    isExpected: operators.isExpected,
  });
  const beats = new Map<string, number>();
  const ledger: Record<string, number> = {};

  function count(name: keyof Ledger, by = 1): void {
    ledger[name] = (ledger[name] ?? 0) + by;
  }

  function fail(change: StoreChange, words: string, keys: readonly string[] = [change.key]): Violation {
    return violation('collection', words, { atMs: change.atMs, keys });
  }

  /** A slot may be read from the archive that its database names instead. */
  function isArchived(key: string): boolean {
    const { home, rest } = placeKey(key);
    const slot = slotOfKey(rest);
    const standing = databases.get(home)?.manifest;
    return slot !== undefined && standing !== undefined && reachability.archived(standing, slot) !== undefined;
  }

  function databaseAt(home: string): Database {
    let database = databases.get(home);
    if (database === undefined) {
      const nothing = { keys: new Set<string>(), problems: [] };
      database = {
        home,
        manifest: undefined,
        reachable: nothing,
        namedUntilMs: new Map(),
        treeBytesMax: 0,
        leaderOf: new Map(),
        fences: new Set(),
        retained: createRetained({
          slotBytes: (slot) => first.get(home + slotKey(slot))?.length ?? 0,
          tree: (reference) => reachability.tree(reference),
          bytes: (key) => first.get(key)?.length ?? 0,
          collectOf: operators.collectOf,
        }),
      };
      databases.set(home, database);
    }
    return database;
  }

  function put(change: StoreChange, bytes: Uint8Array): Violation | undefined {
    const { key } = change;
    if (change.node === undefined) return undefined;
    const { home, rest } = placeKey(key);
    const database = databaseAt(home);
    if (rest === 'manifest') return manifestChanged(database, change, bytes);
    if (rest === 'control') controlChanged(database, change.node, bytes);
    if (rest.startsWith(nodePrefix)) return nodeWritten(change, bytes);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, bytes);
      const slot = slotOfKey(rest);
      if (slot !== undefined && readable(() => decodeSegment(bytes))?.kind === 'fence') database.fences.add(slot);
    } else if (isOnce(rest) && !sameBytes(before, bytes))
      return fail(change, `${key} was put twice, with two contents`);
    present.add(key);
    return undefined;
  }

  /** Beats go on, whoever writes them, until somebody takes the node for dead. */
  function nodeWritten(change: StoreChange, bytes: Uint8Array): Violation | undefined {
    const { key } = change;
    const node = readable(() => decodeNode(bytes));
    if (node === undefined) return fail(change, `${key} was written and cannot be read`);
    const before = beats.get(key) ?? 0;
    if (node.beat <= before) return fail(change, `${key} goes from beat ${before} to ${node.beat}`);
    beats.set(key, node.beat);
    count('nodes: beats of those that stand by');
    return undefined;
  }

  /** Anybody may at any time: a node that lives writes it anew. */
  function nodeDeleted(key: string): undefined {
    if (beats.delete(key)) count('nodes: taken back, or forgotten');
    return undefined;
  }

  function controlChanged({ leaderOf }: Database, node: number, bytes: Uint8Array): void {
    const control = readable(() => decodeControl(bytes));
    if (control !== undefined && !leaderOf.has(control.epoch)) leaderOf.set(control.epoch, node);
  }

  function manifestChanged(database: Database, change: StoreChange, bytes: Uint8Array): Violation | undefined {
    const before = database.manifest;
    const next = readable(() => decodeManifest(bytes));
    if (next === undefined) return fail(change, 'the manifest that was written cannot be read');
    const named = database.reachable.keys;
    database.manifest = next;
    database.treeBytesMax = Math.max(database.treeBytesMax, ...next.checkpoints.map(({ treeBytes }) => treeBytes));
    const wasNeeded = family.neededOf(database.home);
    database.reachable = reachability.reach(next);
    const { keys: reachable, problems } = database.reachable;
    for (const key of named) if (!reachable.has(key)) database.namedUntilMs.set(key, change.atMs);
    // One that came late, for a branch that is deleted: nobody opens it.
    if (!family.stands(next)) return undefined;
    // What is below the home of a removed branch is about to go, and whoever comes for it may write down that he came.
    if (next.removed && next.pins.length === 0)
      return branchProblem(change, family.problemAfter(before, next, operators.of(change.node)));
    const [problem] = problems;
    if (problem !== undefined) return fail(change, `the manifest names what cannot be read: ${problem}`);
    for (const key of reachability.condemnedBy(next)) {
      if (condemned.has(key)) continue;
      condemned.add(key);
      count('collection: objects condemned');
      if (isTool(change.node ?? 0)) count('collection: condemned by a tool from outside');
      const branch = wasNeeded.get(key);
      if (branch !== undefined) return fail(change, `${key} is condemned, but ${branch} needs it`, [key]);
    }
    for (const list of next.condemned) listsNamed.add(keyOf(list));
    for (const key of reachable) {
      if (condemned.has(key)) return fail(change, `the manifest names ${key}, which has been condemned`, [key]);
      if (!present.has(key)) return fail(change, `the manifest names ${key}, which is not there`, [key]);
    }
    const kept = database.retained.changed(change, before, next, leftMs(before));
    if (kept !== undefined) return fail(change, kept);
    return (
      logProblem(change, before, next, database) ??
      branchProblem(change, family.problemAfter(before, next, operators.of(change.node)))
    );
  }

  /** By the log of what goes on, as its newest checkpoint says: of any that went on since, for one may be left while somebody collects for it. */
  function leftMs(manifest: DecodedManifest | undefined): number {
    const next = successorOf(manifest);
    let latestMs = 0;
    for (let line = next; line !== undefined; line = successorOf(line))
      latestMs = Math.max(latestMs, line.checkpoints.at(-1)?.wallMs ?? 0);
    return next === undefined ? 0 : latestMs - next.createdWallMs;
  }

  function successorOf(manifest: DecodedManifest | undefined): DecodedManifest | undefined {
    return manifest?.successor === undefined ? undefined : databases.get(manifest.successor)?.manifest;
  }

  function branchProblem(change: StoreChange, words: string | undefined): Violation | undefined {
    return words === undefined ? undefined : violation('branches', words, { atMs: change.atMs, keys: [change.key] });
  }

  function logProblem(
    change: StoreChange,
    before: DecodedManifest | undefined,
    next: DecodedManifest,
    { leaderOf }: Database,
  ): Violation | undefined {
    // What was left may lose even its newest checkpoint: whether it was time for it is judged with what is retained.
    const isLeft = before?.successor !== undefined;
    const oldest = next.checkpoints[0] ?? (isLeft ? before.checkpoints.at(-1) : undefined);
    const { logFloor } = next;
    if (logFloor > Math.max((oldest?.slot ?? 0) + 1, isLeft ? before.logFloor : 0)) {
      return fail(
        change,
        `the log is given up below ${logFloor}, but the oldest checkpoint ends with ${oldest?.slot ?? 0}`,
      );
    }
    const pin = next.pins.find(({ firstSlot, lastSlot }) => firstSlot <= lastSlot && firstSlot < logFloor);
    if (pin !== undefined)
      return fail(change, `the log is given up below ${logFloor}, but ${pin.name} needs ${pin.firstSlot}`);
    const archive = isLeft ? undefined : archiveProblem(next);
    if (archive !== undefined) return fail(change, archive);
    if (before === undefined) return undefined;
    const known = new Set(before.archives.map(({ key }) => key));
    for (const { key, firstSlot } of next.archives) {
      if (known.has(key)) continue;
      count('collection: archives named');
      if (before.archives.some((former) => former.firstSlot === firstSlot)) count('collection: archives merged');
    }
    const leader = leaderOf.get(next.epoch);
    const { node } = change;
    if (node !== undefined && !isTool(node) && !isLeft && leader !== node)
      return fail(change, `node ${node} wrote the manifest in epoch ${next.epoch}, which is not its own`);
    if (next.epoch < before.epoch)
      return fail(change, `epoch ${next.epoch} wrote the manifest of epoch ${before.epoch}`);
    if (next.generation !== before.generation + 1)
      return fail(change, `generation ${next.generation} of the manifest follows ${before.generation}`);
    if (logFloor < before.logFloor || next.logCollectedFloor < before.logCollectedFloor)
      return fail(change, `the log's floor sinks from ${before.logFloor} to ${logFloor}`);
    const named = new Set(next.checkpoints.map(({ key }) => key));
    count('collection: checkpoints forgotten', before.checkpoints.filter(({ key }) => !named.has(key)).length);
    const [newest] = before.checkpoints.slice(-1);
    if (newest !== undefined && !isLeft && !named.has(newest.key) && (next.checkpoints.at(-1)?.slot ?? 0) < newest.slot)
      return fail(change, `the newest checkpoint, of slot ${newest.slot}, is forgotten`, [newest.key]);
    return undefined;
  }

  function archiveProblem({ archives, checkpoints }: DecodedManifest): string | undefined {
    const last = archives.at(-1)?.lastSlot ?? 0;
    const settled = checkpoints.at(-1)?.slot ?? 0;
    if (last > settled) return `slot ${last} is archived, but the newest checkpoint ends with ${settled}`;
    return undefined;
  }

  function deleted(change: StoreChange): Violation | undefined {
    const { key } = change;
    const { home, rest } = placeKey(key);
    if (change.node === undefined || rest.startsWith('probe/')) return undefined;
    const database = databaseAt(home);
    const { manifest, reachable, fences } = database;
    if (home === '' && manifest === undefined)
      return fail(change, `${key} was deleted where no manifest says that it may`);
    const needed = family.neededOf(home);
    const branch = needed.get(key);
    if (branch !== undefined && !isArchived(key)) return fail(change, `${key} was deleted, but ${branch} needs it`);
    if (needed.size > 0 && home === '') count('branches: deletions beside what they need');
    if (rest.startsWith(nodePrefix)) return nodeDeleted(key);
    present.delete(key);
    if (home !== '' && (manifest === undefined || !family.stands(manifest) || manifest.removed)) {
      if (rest === 'manifest') database.manifest = undefined;
      return undefined;
    }
    const slot = slotOfKey(rest);
    if (slot !== undefined) return slotDeleted(change, manifest!, slot, fences);
    if (!isOnce(rest)) return fail(change, `${key} was deleted`);
    if (reachable.keys.has(key)) return fail(change, `${key} was deleted, but the manifest names it`);
    if (!condemned.has(key) && !listsNamed.has(key))
      return fail(change, `${key} was deleted and had not been condemned`);
    count('collection: objects deleted');
    return undefined;
  }

  function slotDeleted(
    change: StoreChange,
    standing: DecodedManifest,
    slot: number,
    fences: ReadonlySet<number>,
  ): Violation | undefined {
    const { logFloor, logInflightMax, pins } = standing;
    const archived = reachability.archived(standing, slot);
    const written = first.get(change.key);
    if (archived !== undefined && (written === undefined || !sameBytes(archived.bytes, written)))
      return fail(change, `slot ${slot} was deleted, but its archive holds other bytes`);
    if (archived === undefined && slot >= logFloor)
      return fail(change, `slot ${slot} was deleted, but the log is kept from ${logFloor} on`);
    if (archived === undefined && pins.some(({ firstSlot, lastSlot }) => slot >= firstSlot && slot <= lastSlot))
      return fail(change, `slot ${slot} was deleted, but is pinned`);
    for (let before = 0; before <= logInflightMax; before++) {
      if (fences.has(slot - before))
        return fail(
          change,
          `slot ${slot} was deleted, but slot ${slot - before} is a fence and ${logInflightMax} may be in flight`,
        );
    }
    count('collection: slots deleted');
    if (archived !== undefined) count('collection: slots deleted that are in an archive');
    return undefined;
  }

  /** What is named and not damaged by the world is there, and says what was written. */
  function checkEnd(result: RunResult): Violation | undefined {
    for (const database of databases.values()) {
      const found = checkDatabaseEnd(result, database);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function checkDatabaseEnd(result: RunResult, database: Database): Violation | undefined {
    const { home, manifest, reachable, namedUntilMs, treeBytesMax, retained } = database;
    if (manifest === undefined || !family.stands(manifest) || manifest.removed) return undefined;
    const told = retained.judge(result.scenario);
    if (told !== undefined) return violation('collection', told, { keys: [`${home}manifest`] });
    count('collection: checkpoints forgotten by size', retained.forgottenBySize());
    for (const key of reachable.keys) {
      if (!result.objects.has(key)) return violation('collection', `${key} is named and not there`, { keys: [key] });
    }
    const { logFloor, logInflightMax, logCollectedFloor, condemnedSlots } = manifest;
    // A collector may have been interrupted between deleting slots and writing down that it did.
    const condemnedBelow = Math.max(logCollectedFloor, ...condemnedSlots.map(({ below }) => below));
    const isAfterFence = (slot: number) => isKeptForFence(database, slot, logInflightMax);
    const last = Math.max(0, ...[...first.keys()].map((key) => slotIn(home, key)));
    for (let slot = 1; slot <= last; slot++) {
      const key = home + slotKey(slot);
      if (!first.has(key)) continue;
      const archived = reachability.archived(manifest, slot);
      const isArchived = archived !== undefined && slot < condemnedBelow;
      const needed = (slot >= logFloor && !isArchived) || isAfterFence(slot);
      if (needed && !result.objects.has(key)) {
        return violation('collection', `${key} is needed and not there`, { keys: [key] });
      }
      if (slot < logCollectedFloor && isAfterFence(slot)) count('collection: slots kept for a fence');
    }
    if (home !== '' || manifest.successor !== undefined) return undefined;
    const left = checkLeftLying(result, {
      manifest,
      reachable: reachable.keys,
      namedUntilMs,
      treeBytesMax,
      isAfterFence,
    });
    if (left === 'gone') count('collection: nothing left lying');
    return typeof left === 'object' ? left : undefined;
  }

  return {
    name: 'collection',
    history(event) {
      const words = operators.history(event);
      return words === undefined ? undefined : violation('branches', words, { atMs: event.atMs });
    },
    store(change) {
      return change.bytes === undefined ? deleted(change) : put(change, change.bytes);
    },
    finish: checkEnd,
    ledger: () => ledger,
  };
}

const nodePrefix = 'nodes/';

function slotIn(home: string, key: string): number {
  return key.startsWith(home) ? (slotOfKey(key.slice(home.length)) ?? 0) : 0;
}

function isKeptForFence({ fences }: Database, slot: number, inflightMax: number): boolean {
  for (let before = 0; before <= inflightMax; before++) if (fences.has(slot - before)) return true;
  return false;
}

/** Objects that are written once, under a name that says what is in them; slots too. By their key below the home. */
function isOnce(rest: string): boolean {
  return /^(chunks|pages|checkpoints|archives|condemned|log)\//.test(rest);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
