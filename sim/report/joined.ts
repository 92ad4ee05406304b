import type { CallOutcome, HistoryEvent, InvokeEvent, WatchHistoryEvent } from '../types/history.ts';
import type { RunResult, Violation } from '../types/result.ts';

/**
 * A history with what belongs together put together: a call and its answer, a watch stream and all it got, a node's life from start
 * to end. `position` is the place in the history, which is real time also where two events share a millisecond.
 */
export interface JoinedHistory {
  readonly calls: readonly JoinedCall[];
  readonly watches: readonly JoinedWatch[];
  readonly lives: readonly NodeLife[];
  readonly faults: readonly FaultFired[];
  readonly logs: readonly NodeLogged[];
  /** By tools from outside. */
  readonly collections: readonly Collected[];
  /** Branches made and deleted by tools, and nodes set up for them. */
  readonly branchWork: readonly BranchWork[];
  /** Of branches' own nodes and clients. */
  readonly branchEvents: readonly Kind<'branch-event'>[];
  readonly endMs: number;
}

export interface JoinedCall {
  readonly invoke: InvokeEvent & { readonly atMs: number };
  readonly position: number;
  readonly answer: CallAnswer | undefined;
}

export interface CallAnswer {
  readonly position: number;
  readonly atMs: number;
  readonly outcome: CallOutcome;
}

export interface JoinedWatch {
  readonly open: At<WatchHistoryEvent & { kind: 'watch-open' }>;
  readonly responses: readonly At<WatchHistoryEvent & { kind: 'watch-response' }>[];
  readonly end: At<WatchHistoryEvent & { kind: 'watch-end' }> | undefined;
}

export interface NodeLife {
  readonly node: number;
  readonly incarnation: number;
  readonly start: Kind<'node-start'>;
  readonly roles: readonly Kind<'node-role'>[];
  /** Undefined: it lives on when the run ends. */
  readonly end: Kind<'node-crash'> | Kind<'node-stopped'> | undefined;
}

export interface Collected {
  readonly start: Kind<'collect-start'>;
  /** Undefined: it is still at it when the run ends. */
  readonly end: Kind<'collect-end'> | undefined;
}

export interface BranchWork {
  readonly start:
    Kind<'branch-create-start'> | Kind<'branch-delete-start'> | Kind<'branch-host'> | Kind<'restore-start'>;
  /** Undefined: it is still at it when the run ends, or it is a node. */
  readonly end: Kind<'branch-end'> | Kind<'restore-end'> | undefined;
}

export type FaultFired = Kind<'fault'>;
export type NodeLogged = Kind<'node-log'>;

type At<Event> = Event & { readonly atMs: number; readonly position: number };
type Kind<Name extends HistoryEvent['kind']> = At<Extract<HistoryEvent, { kind: Name }>>;
type Growing<Type> = {
  -readonly [Name in keyof Type]: Type[Name] extends readonly (infer Item)[] ? Item[] : Type[Name];
};

export function joinHistory(result: Pick<RunResult, 'history' | 'counts'>): JoinedHistory {
  const calls = new Map<string, Growing<JoinedCall>>();
  const watches = new Map<string, Growing<JoinedWatch>>();
  const lives: Growing<NodeLife>[] = [];
  const alive = new Map<number, Growing<NodeLife>>();
  const faults: FaultFired[] = [];
  const logs: NodeLogged[] = [];
  const collections = new Map<string, Growing<Collected>>();
  const branchWork: Growing<BranchWork>[] = [];
  const branchEvents: Kind<'branch-event'>[] = [];
  result.history.forEach((event, position) => {
    switch (event.kind) {
      case 'invoke':
        calls.set(event.call, { invoke: event, position, answer: undefined });
        return;
      case 'return': {
        const call = calls.get(event.call);
        if (call !== undefined) call.answer = { position, atMs: event.atMs, outcome: event.outcome };
        return;
      }
      case 'watch-open':
        watches.set(event.stream, { open: { ...event, position }, responses: [], end: undefined });
        return;
      case 'watch-response':
        watches.get(event.stream)?.responses.push({ ...event, position });
        return;
      case 'watch-end': {
        const watch = watches.get(event.stream);
        if (watch !== undefined) watch.end = { ...event, position };
        return;
      }
      case 'watch-progress-asked':
        return;
      case 'node-start': {
        const { node, incarnation } = event;
        const life: Growing<NodeLife> = { node, incarnation, start: { ...event, position }, roles: [], end: undefined };
        lives.push(life);
        alive.set(node, life);
        return;
      }
      case 'node-role':
        alive.get(event.node)?.roles.push({ ...event, position });
        return;
      case 'node-crash':
      case 'node-stopped': {
        const life = alive.get(event.node);
        if (life !== undefined) life.end ??= { ...event, position };
        alive.delete(event.node);
        return;
      }
      case 'node-log':
        logs.push({ ...event, position });
        return;
      case 'collect-start':
        collections.set(event.operation, { start: { ...event, position }, end: undefined });
        return;
      case 'collect-end': {
        const collection = collections.get(event.operation);
        if (collection !== undefined) collection.end = { ...event, position };
        return;
      }
      case 'branch-create-start':
      case 'branch-delete-start':
      case 'branch-host':
      case 'restore-start':
        branchWork.push({ start: { ...event, position }, end: undefined });
        return;
      case 'branch-end':
      case 'restore-end': {
        const work = branchWork.findLast(({ start }) => start.operation === event.operation);
        if (work !== undefined) work.end = { ...event, position };
        return;
      }
      case 'branch-event':
        branchEvents.push({ ...event, position });
        return;
      case 'fault':
        faults.push({ ...event, position });
    }
  });
  const endMs = Math.max(result.counts.virtualMs, result.history.at(-1)?.atMs ?? 0);
  return {
    calls: [...calls.values()],
    watches: [...watches.values()],
    lives,
    faults,
    logs,
    endMs,
    collections: [...collections.values()],
    branchWork,
    branchEvents,
  };
}

/** What a violation names, for looking up: operations by their own ids, their calls' and their streams'. */
export interface Suspects {
  operation(operation: string, callOrStream: string): boolean;
  fault(fault: string): boolean;
  key(key: string): boolean;
  revision(revision: number): boolean;
}

export function suspectsOf(result: RunResult): Suspects {
  const { verdict } = result;
  const violation: Violation | undefined =
    verdict.kind === 'safety' || verdict.kind === 'liveness' ? verdict : undefined;
  const operations = new Set(violation?.operations);
  const faults = new Set(violation?.faults);
  const keys = new Set(violation?.keys);
  const revisions = new Set(violation?.revisions);
  return {
    operation: (operation, callOrStream) => operations.has(callOrStream) || operations.has(operation),
    fault: (fault) => faults.has(fault),
    key: (key) => keys.has(key),
    revision: (revision) => revisions.has(revision),
  };
}
