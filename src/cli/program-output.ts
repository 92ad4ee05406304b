/** Where the program writes. */
export interface ProgramOutput {
  /** Standard output. */
  out(data: string | Uint8Array): void;
  /** Standard error. */
  error(text: string): void;
}
