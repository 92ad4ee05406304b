import { checkAlive, readManifestAt } from '../branch/pinned.ts';
import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import { successorsMax } from '../limits.ts';
import { readManifest } from '../recover/locate-manifest.ts';
import type { Task } from '../task.ts';
import type { Manifest } from '../types/log.ts';

/**
 * A database that was rolled back goes on elsewhere: its manifest names the successor, and the successor's names it. Whoever opens a database
 * follows, so that its place is the same for ever.
 *
 * Invariant: a successor is followed only if both sides say so and it is kept; anything else is damage, and nothing is opened.
 */

/** Home of the database that goes on for the one at hand: its own, where nobody rolled it back, or nothing is there yet. */
export function* followSuccessors(core: Core): Task<string> {
  return (yield* linesFrom(core)).at(-1)?.home ?? core.home;
}

/** The database at hand, and all that went on for it, the one in use last. Nothing: there is no database here. */
export function* linesFrom(core: Core): Task<readonly Manifest[]> {
  const held = yield* readManifest(core);
  if (held === undefined) return [];
  const lines = [held.manifest];
  for (;;) {
    const line = lines.at(-1)!;
    if (line.successor === undefined || line.removed) return lines;
    if (lines.length > successorsMax)
      throw new NodeFailure(`more than ${successorsMax} databases go on for one another`);
    lines.push(yield* nextLine(core, line, line.successor));
  }
}

function* nextLine(core: Core, line: Manifest, home: string): Task<Manifest> {
  const next = (yield* readManifestAt(core, home))?.manifest;
  const from = `/${line.home}${manifestKey} says that the database goes on at ${home}`;
  if (next === undefined) throw new NodeFailure(`${from}, but /${home}${manifestKey} is missing`);
  if (next.predecessor !== line.home) throw new NodeFailure(`${from}, but that one goes on for another database`);
  yield* checkAlive(core, next);
  return next;
}
/** What the database at hand goes on for, the oldest first, without itself. */
export function* linesBefore(core: Core, manifest: Manifest): Task<readonly Manifest[]> {
  const lines: Manifest[] = [];
  for (let home = manifest.predecessor; home !== undefined; home = lines[0]!.predecessor) {
    if (lines.length > successorsMax)
      throw new NodeFailure(`more than ${successorsMax} databases go on for one another`);
    const before = (yield* readManifestAt(core, home))?.manifest;
    if (before === undefined)
      throw new NodeFailure(`/${home}${manifestKey} is missing, although another database goes on for it`);
    lines.unshift(before);
  }
  return lines;
}
