import type { FinalLog } from '../log.ts';
import type { DecodedCut } from '../decoder/base.ts';

/** A point in the histories of a family: after so many records of that database's own log. */
export interface Place {
  readonly home: string;
  readonly moment: number;
}

export interface PlacedLog {
  readonly log: FinalLog;
  /** Where its own log goes on from; undefined: from nothing. */
  readonly begins: Place | undefined;
  /** Records before its own first one. */
  readonly sequenceBefore: number;
}

export type Logs = (home: string) => PlacedLog;

/** Where the cut ends the history that leads to the place: before the first record that it leaves out. Undefined: it leaves none out. */
export function cutWithin(logs: Logs, place: Place, cut: DecodedCut): Place | undefined {
  const { log, begins, sequenceBefore } = logs(place.home);
  const before = begins === undefined ? undefined : cutWithin(logs, begins, cut);
  if (before !== undefined) return before;
  const { revisionAt } = log.model;
  for (let moment = 0; moment < place.moment; moment++) {
    const takesRevision = revisionAt[moment + 1]! > revisionAt[moment]!;
    const record = {
      sequence: sequenceBefore + moment + 1,
      revision: takesRevision ? revisionAt[moment + 1]! : 0,
      wallMs: log.records[moment]!.wallMs,
    };
    if (leavesOut(cut, record)) return { home: place.home, moment };
  }
  return undefined;
}

function leavesOut(
  cut: DecodedCut,
  record: { readonly sequence: number; readonly revision: number; readonly wallMs: number },
): boolean {
  switch (cut.kind) {
    case 'end':
      return false;
    case 'sequence':
      return record.sequence > cut.sequence;
    case 'revision':
      return record.revision > cut.revision;
    case 'moment':
      return record.wallMs > cut.wallMs;
  }
}

/** After the last record in that slot or one before it. */
export function momentOfSlot({ records }: FinalLog, slot: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.slot <= slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same state by its oldest name: a log that has no record yet is where it began. */
export function oldestName(logs: Logs, place: Place): Place {
  const { begins } = logs(place.home);
  return place.moment > 0 || begins === undefined ? place : oldestName(logs, begins);
}
