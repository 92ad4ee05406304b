import { readManifestAt } from '../branch/pinned.ts';
import { coreAt } from '../core-at.ts';
import type { Core } from '../core.ts';
import type { Task } from '../task.ts';
import type { Cut } from '../types/log.ts';

/**
 * On which line of a database that was rolled back a cut is. Revisions never go back, so each names one content ever: what the database at hand
 * skipped is on the line that was abandoned. A moment before the rollback was on that line too.
 */
export interface OnLine<Answer> {
  readonly answer: Answer;
  /** Of the database that gave it. */
  readonly home: string;
}

export function* onLineOf<Answer extends { readonly kind: string }>(
  core: Core,
  cut: Cut,
  ask: (core: Core) => Task<Answer>,
): Task<OnLine<Answer>> {
  let first: OnLine<Answer> | undefined;
  for (let at = core; ;) {
    const before = cut.kind === 'moment' ? yield* lineBefore(at) : undefined;
    if (before !== undefined && cut.kind === 'moment' && cut.wallMs < before.untilWallMs) {
      at = coreAt(core, before.home);
      continue;
    }
    const given = { answer: yield* ask(at), home: at.home };
    if (first !== undefined && given.answer.kind === 'future') return first;
    if (given.answer.kind !== 'compacted') return given;
    first ??= given;
    const abandoned = cut.kind === 'revision' ? yield* lineBefore(at) : undefined;
    if (abandoned === undefined) return first;
    at = coreAt(core, abandoned.home);
  }
}

/** Undefined: it goes on for no other. */
function* lineBefore(core: Core): Task<{ readonly home: string; readonly untilWallMs: number } | undefined> {
  const manifest = (yield* readManifestAt(core, core.home))?.manifest;
  if (manifest?.predecessor === undefined) return undefined;
  return { home: manifest.predecessor, untilWallMs: manifest.createdWallMs };
}
