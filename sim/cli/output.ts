/** Where a command writes: results to `out`, progress and problems to `error`. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** `error` is a terminal: a line may be written over. */
  readonly isTerminal: boolean;
  /** Asked for by whoever has something to tell when it is interrupted: from then on only a second interruption ends the process at once. */
  interruption?(): AbortSignal;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}
