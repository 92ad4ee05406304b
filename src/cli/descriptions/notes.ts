/** What the help of several commands says in the same words. */

export const patienceNote =
  'A store that fails for 30 s without one call that succeeds ends the command; Ctrl-C ends it at once.';

/** Of an option that takes a cut. */
export function cutHelp(what: string): string {
  return `${what} A revision, a time such as 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.`;
}
