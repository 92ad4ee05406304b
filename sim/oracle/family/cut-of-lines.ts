import type { CutAsked } from '../../types/history.ts';
import type { DecodedCut } from '../decoder/base.ts';
import type { Line, LoggedRecord } from '../lines.ts';
import type { Model } from '../model.ts';
import type { Succession } from './successions.ts';

/** A rollback in place, as a moment of the log. */
export interface Rollback {
  /** Its own. */
  readonly moment: number;
  /** Whose state came back. */
  readonly cutMoment: number;
  /** Sequence with which the line that goes on begins. */
  readonly sequence: number;
  readonly namedMs: number;
  readonly epoch: number;
  /** Of the line that was left. */
  readonly lastRevision: number;
  readonly skippedRevision: number;
  readonly createdWallMs: number;
  readonly home: string;
}

/** The log up to a rollback. */
export interface LogSoFar {
  readonly lines: readonly Line[];
  readonly records: readonly LoggedRecord[];
  readonly model: Model;
  readonly rollbacks: readonly Rollback[];
}

export interface RollbackPlace {
  readonly cutMoment: number;
  readonly sequence: number;
  /** Undefined: what goes on begins where it was asked to. */
  readonly problem: string | undefined;
}

/** Where the operator asked that it goes back to, and where the manifest of what goes on says that it does. */
export function placeOfRollback(log: LogSoFar, { home, left, asked }: Succession): RollbackPlace {
  const line = log.lines.find((each) => each.home === left.home);
  const due = asked === undefined ? undefined : momentAsked(log, asked);
  if (line === undefined) {
    return {
      cutMoment: due ?? 0,
      sequence: 0,
      problem: `${home} goes on from ${left.home}, which is no line of the database`,
    };
  }
  const told = momentTold(log, line, left.lastSlot, left.cut);
  const sequence = line.sequenceBefore + told - line.firstMoment;
  if (due === undefined)
    return { cutMoment: told, sequence, problem: `${home} goes on for a database that nobody asked to roll back` };
  if (stateOf(log, due) === stateOf(log, told)) return { cutMoment: told, sequence, problem: undefined };
  const words = (moment: number) => `revision ${log.model.revisionAt[moment]!}, after record ${moment}`;
  const problem = `the rollback was to go back to ${words(due)}, and ${home} says that it is at ${words(told)}`;
  return { cutMoment: due, sequence, problem };
}

/** Revisions and times only rise, from line to line too: each names one place. */
function momentAsked({ records, model, rollbacks }: LogSoFar, cut: CutAsked): number {
  if (cut.kind === 'end') return records.length;
  if (cut.kind === 'revision') {
    const beyond = model.revisionAt.findIndex((revision) => revision > cut.revision);
    return beyond < 0 ? records.length : beyond - 1;
  }
  let lineWallMs = 0;
  for (const [index, { wallMs }] of records.entries()) {
    const rollback = rollbacks.find(({ moment }) => moment === index + 1);
    lineWallMs = rollback?.createdWallMs ?? lineWallMs;
    if (Math.max(wallMs, lineWallMs) > cut.wallMs) return index;
  }
  return records.length;
}

function momentTold({ records, model }: LogSoFar, line: Line, lastSlot: number, cut: DecodedCut): number {
  let moment = line.firstMoment;
  for (; moment < line.lastMoment; moment++) {
    const { slot, wallMs } = records[moment]!;
    if (slot > lastSlot) break;
    if (cut.kind === 'sequence' && line.sequenceBefore + moment + 1 - line.firstMoment > cut.sequence) break;
    if (
      cut.kind === 'revision' &&
      model.revisionAt[moment + 1]! > cut.revision &&
      model.revisionAt[moment + 1]! > model.revisionAt[moment]!
    )
      break;
    if (cut.kind === 'moment' && wallMs > cut.wallMs) break;
  }
  return moment;
}

/** The oldest moment with the same content: fences, and rollbacks, add nothing. */
function stateOf(log: LogSoFar, moment: number): number {
  const kind = log.records[moment - 1]?.record.kind;
  if (kind === 'fence') return stateOf(log, moment - 1);
  const rollback = kind === 'rollback' ? log.rollbacks.find((each) => each.moment === moment) : undefined;
  return rollback === undefined ? moment : stateOf(log, rollback.cutMoment);
}
