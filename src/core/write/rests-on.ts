/** Sequences at the moment at which an answer is computed. */
export interface AnswerGround {
  /** Of the last record that the state holds. */
  readonly headSequence: number;
  /** Of the last record that is durable as promised. */
  readonly durableSequence: number;
}

/**
 * What has to be durable before an answer computed on the head may leave (protocol, invariant 3): all of the head. A failed compare, an error
 * and a read that wrote nothing rest on uncommitted state just as a write does.
 */
export function restsOnSequence({ headSequence }: AnswerGround): number {
  return headSequence;
}
