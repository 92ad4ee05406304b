import type { CallOperation, LogFields } from '../../src/core/types/effect.ts';
import type { CallResult } from '../../src/core/types/event.ts';
import type { Instant } from '../../src/ports/clock.ts';
import type { Digest } from '../../src/ports/digest.ts';
import type { PlainHeader, PlainRequest, PlainResponse, PlainWatchRequest, PlainWatchResponse } from './plain.ts';
import type { CutAsked } from './history.ts';
import type { CollectAction, NodeSettings } from './scenario.ts';

/**
 * What can be simulated: a machine that takes events and returns effects, one instance for each life of a node. It reads no clock, draws no
 * chance and awaits nothing; all of it comes with events. Whoever writes his own takes of the effects and events what he needs:
 * a machine that only sends messages and sets timers is whole.
 */
export interface SystemUnderTest<Request = PlainRequest, Response = PlainResponse> {
  readonly name: string;
  createNode(options: NodeOptions): NodeMachine<Request, Response>;
  /**
   * A tool that an operator starts from outside. Of the effects it uses calls of the object store, timers, logs, and in the end `stopped`, once,
   * with what became of it logged before. Left out: there is none, and its operations do nothing.
   */
  createTool?(options: ToolOptions): NodeMachine<Request, Response>;
}

export interface NodeOptions {
  readonly node: number;
  readonly nodes: number;
  readonly incarnation: number;
  /** Names the disk: another one when it was lost. */
  readonly memberId: bigint;
  readonly settings: NodeSettings;
  readonly digest: Digest;
  /** Of the branch that it runs, as the system called it when it made it; empty: of the database itself. */
  readonly home: string;
}

export interface ToolOptions {
  readonly settings: NodeSettings;
  readonly digest: Digest;
  /** What it works on; as with nodes. */
  readonly home: string;
  readonly work: ToolWork;
}

export type ToolWork =
  | ({ readonly kind: 'collect' } & Pick<CollectAction, 'retentionMs' | 'retentionBytes' | 'graceMs' | 'dryRun'>)
  /** Of the database at `home`. What it logs last is JSON, with the `home` of the branch if it made one. */
  | { readonly kind: 'branch-create'; readonly name: string; readonly cut: CutAsked }
  | { readonly kind: 'branch-delete'; readonly name: string; readonly force: boolean }
  /** Of whatever goes on for the database at `home`. What it logs last is JSON, with the `home` of what goes on if it rolled back. */
  | { readonly kind: 'restore'; readonly cut: CutAsked };

export interface NodeMachine<Request = PlainRequest, Response = PlainResponse> {
  /** The effects in the order in which they have to be begun. Throwing ends the run as a crash. */
  step(event: SystemEvent<Request>): readonly SystemEffect<Response>[];
}

export type SystemEvent<Request = PlainRequest> = { readonly at: Instant } & (
  | { readonly kind: 'start'; readonly seed: Uint8Array }
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'result'; readonly call: number; readonly result: CallResult }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  | { readonly kind: 'abandon'; readonly id: number }
  | { readonly kind: 'message'; readonly from: number; readonly body: unknown }
  | { readonly kind: 'watch-open'; readonly stream: number }
  | { readonly kind: 'watch-create'; readonly stream: number; readonly request: PlainWatchRequest }
  | { readonly kind: 'watch-progress'; readonly stream: number }
  | { readonly kind: 'watch-consumed'; readonly stream: number; readonly messages: number }
  | { readonly kind: 'watch-close'; readonly stream: number }
  /** An operator wants the lead moved to that member. Not answered. */
  | { readonly kind: 'move-lead'; readonly target: string }
  | { readonly kind: 'stop' }
);

export type SystemEffect<Response = PlainResponse> =
  /** On the object store, the local store or the disk; ends in one `result` event with the same `call`. */
  | { readonly kind: 'call'; readonly call: number; readonly operation: CallOperation }
  | { readonly kind: 'timer-set'; readonly timer: number; readonly atMonotonicMs: number }
  | { readonly kind: 'timer-clear'; readonly timer: number }
  /** To another node, over a network that may lose, delay, double or reorder it. The body must not be changed afterwards. */
  | { readonly kind: 'send'; readonly to: number; readonly body: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: SystemAnswer<Response> }
  | { readonly kind: 'watch-response'; readonly stream: number; readonly response: PlainWatchResponse }
  | { readonly kind: 'watch-end'; readonly stream: number; readonly reason: string }
  | { readonly kind: 'role'; readonly role: string; readonly epoch: number }
  | { readonly kind: 'log'; readonly level: string; readonly message: string; readonly fields?: LogFields }
  /** `internal`: a bug of the system's own, not something that the world did to it. */
  | { readonly kind: 'stopped'; readonly failure: string | undefined; readonly internal: boolean };

export type SystemAnswer<Response = PlainResponse> =
  | { readonly kind: 'ok'; readonly header: PlainHeader; readonly response: Response }
  /** `effectless`: certainly nothing happened. `retry`: refused only here or now; another node may take it. */
  | {
      readonly kind: 'error';
      readonly status: string;
      readonly message: string;
      readonly effectless: boolean;
      readonly retry: boolean;
    };
