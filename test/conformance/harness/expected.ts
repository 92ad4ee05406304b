/** A header as transcripts show it: who answers is only said. */
export function header(revision: number) {
  return { clusterId: '(some)', memberId: '(some)', revision, raftTerm: '(some)' };
}
