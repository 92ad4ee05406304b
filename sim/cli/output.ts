/** Where a command writes: results to `out`, progress and problems to `error`. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** `error` is a terminal: a line may be written over. */
  readonly isTerminal: boolean;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}
