/**
 * What can be wrong with the folder of a node, in words an operator can act on. Thrown by everything that keeps files there.
 *
 * - `in-use`: someone else holds it; nothing was touched.
 * - `damaged`: bytes on the disk are not what was written. What was read so far is still right.
 * - `failed`: the operating system refused (permission, no space, …), or an earlier write failed and the tail is untrusted.
 */
export type DataFolderErrorCode = 'in-use' | 'damaged' | 'failed';

export class DataFolderError extends Error {
  readonly code: DataFolderErrorCode;

  constructor(code: DataFolderErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DataFolderError';
    this.code = code;
  }
}

/** The system's own code of an error (`ENOENT`, `LEVEL_LOCKED`, …), looking through one wrapper. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.cause instanceof Error) return systemCodeOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The innermost message: libraries wrap the one sentence that helps. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
