/** What was checked of the answers of a run, so that one that checks nothing is noticed. */
export interface AnswerCounts {
  writes: number;
  reads: number;
  historicReads: number;
  serializableReads: number;
  failedCompares: number;
  compactedReadsRefused: number;
  stateErrors: number;
  leaseAnswers: number;
  unavailable: number;
  excused: number;
  /** Reads that could have been stale: somebody else's write had been answered before. */
  readsAfterWrites: number;
  /** By a line that goes on after a rollback. */
  afterRollback: number;
  /** Of users, roles and alarms. */
  authAnswers: number;
  /** Answers to callers who had to be allowed to ask. */
  allowed: number;
  /** Who was not allowed to, or an alarm was on. */
  refused: number;
}

export function answerCountsNone(): AnswerCounts {
  return {
    writes: 0,
    reads: 0,
    historicReads: 0,
    serializableReads: 0,
    failedCompares: 0,
    compactedReadsRefused: 0,
    stateErrors: 0,
    leaseAnswers: 0,
    unavailable: 0,
    excused: 0,
    readsAfterWrites: 0,
    afterRollback: 0,
    authAnswers: 0,
    allowed: 0,
    refused: 0,
  };
}
