import type { JoinedCall, JoinedHistory, JoinedWatch } from '../joined.ts';

/**
 * The history as third-party checkers want it: by processes, each of which does one thing at a time. A client that has several calls
 * under way is several processes. A process whose call ended as unknown, or not at all, does nothing more: its call may
 * still take effect, so it goes on for ever.
 */
export interface ProcessHistory {
  readonly tasks: readonly ProcessTask[];
  readonly processes: number;
}

export type ProcessTask = { readonly process: number; readonly startPosition: number; readonly startMs: number } & (
  { readonly kind: 'call'; readonly call: JoinedCall } | { readonly kind: 'watch'; readonly watch: JoinedWatch }
);

export function processesOf(joined: JoinedHistory): ProcessHistory {
  const started = [
    ...joined.calls.map((call) => ({
      kind: 'call' as const,
      call,
      client: call.invoke.client,
      startPosition: call.position,
      startMs: call.invoke.atMs,
      endPosition:
        call.answer === undefined || call.answer.outcome.kind === 'unknown' ? Infinity : call.answer.position,
    })),
    ...joined.watches.map((watch) => ({
      kind: 'watch' as const,
      watch,
      client: watch.open.client,
      startPosition: watch.open.position,
      startMs: watch.open.atMs,
      endPosition: watch.end === undefined ? Infinity : watch.end.position,
    })),
  ].sort((left, right) => left.startPosition - right.startPosition);
  const busyUntil = new Map<string, Map<number, number>>();
  const tasks: ProcessTask[] = [];
  let processes = 0;
  for (const { client, endPosition, ...task } of started) {
    const own = busyUntil.get(client) ?? new Map<number, number>();
    busyUntil.set(client, own);
    let process = [...own].find(([, until]) => until < task.startPosition)?.[0];
    if (process === undefined) process = processes++;
    own.set(process, endPosition);
    tasks.push({ ...task, process });
  }
  return { tasks, processes };
}
