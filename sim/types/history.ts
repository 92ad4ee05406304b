import type { PlainHeader, PlainRequest, PlainResponse, PlainWatchRequest, PlainWatchResponse } from './plain.ts';

/**
 * What clients did and saw, and what befell the nodes, in the order in which it happened: the order of the array is real time, `atMs` is the
 * world's true clock. Clients see nothing else; a checker needs nothing else but the bytes in the store.
 */
export type HistoryEvent<Request = PlainRequest, Response = PlainResponse> = { readonly atMs: number } & (
  InvokeEvent<Request> | ReturnEvent<Response> | WatchHistoryEvent | NodeHistoryEvent | FaultHistoryEvent
);

/** A client sent a call. It takes effect, if at all, after this; and before its return, if that is `ok`. */
export interface InvokeEvent<Request = PlainRequest> {
  readonly kind: 'invoke';
  /** `<operation>#<n>`: the n-th call of that operation, from 1. Unique. */
  readonly call: string;
  readonly operation: string;
  readonly client: string;
  readonly node: number;
  readonly request: Request;
}

/** At most one for each call; none: the run ended first, which is `unknown`. */
export interface ReturnEvent<Response = PlainResponse> {
  readonly kind: 'return';
  readonly call: string;
  readonly outcome: CallOutcome<Response>;
}

export type CallOutcome<Response = PlainResponse> =
  | { readonly kind: 'ok'; readonly header: PlainHeader; readonly response: Response }
  /** Certainly without effect: refused before anything was done, or an answer by etcd's rules (`compacted`, `lease not found`, …). */
  | { readonly kind: 'error'; readonly status: string; readonly message: string }
  /** It may have happened, may happen later, or never. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type WatchHistoryEvent =
  /** A client opened a stream and asks for one watcher on it. `stream` is `<operation>~<n>`. */
  | {
      readonly kind: 'watch-open';
      readonly stream: string;
      readonly operation: string;
      readonly client: string;
      readonly node: number;
      readonly request: PlainWatchRequest;
    }
  /** Reached the client. */
  | { readonly kind: 'watch-response'; readonly stream: string; readonly response: PlainWatchResponse }
  | { readonly kind: 'watch-progress-asked'; readonly stream: string }
  /** Nothing follows. `closed`: by the client; `lost`: the connection broke; else the server's words. */
  | { readonly kind: 'watch-end'; readonly stream: string; readonly reason: string };

export type NodeHistoryEvent =
  /** `incarnation` counts a node's starts, from 0. `disk`: what this one found. */
  | {
      readonly kind: 'node-start';
      readonly node: number;
      readonly incarnation: number;
      readonly disk: 'empty' | 'kept' | 'old';
      /** Names the disk; a node that lost its disk is another member. */
      readonly memberId: string;
      /** An operator's word: go on although what was acknowledged last may lie on another disk. */
      readonly acceptsLocalLoss?: true;
    }
  | { readonly kind: 'node-crash'; readonly node: number; readonly incarnation: number; readonly power: boolean }
  | { readonly kind: 'node-role'; readonly node: number; readonly role: string; readonly epoch: number }
  /** The machine ended by itself. `failure` left out: orderly. */
  | { readonly kind: 'node-stopped'; readonly node: number; readonly incarnation: number; readonly failure?: string }
  /** A tool that collects from outside: `writer` is its number in the changes of the store. */
  | { readonly kind: 'collect-start'; readonly operation: string; readonly node: number; readonly writer: number }
  /** `detail`: what it says in the end. */
  | {
      readonly kind: 'collect-end';
      readonly operation: string;
      readonly node: number;
      readonly outcome: 'done' | 'failed' | 'killed';
      readonly detail: string;
    }
  /** A tool that makes or deletes a branch: `writer` as above. `of`: home of the parent. */
  | {
      readonly kind: 'branch-create-start';
      readonly operation: string;
      readonly node: number;
      readonly writer: number;
      readonly name: string;
      readonly of: string;
      readonly cut: CutAsked;
    }
  | {
      readonly kind: 'branch-delete-start';
      readonly operation: string;
      readonly node: number;
      readonly writer: number;
      readonly name: string;
      readonly force: boolean;
    }
  /** `home`: of the branch that it says it made. */
  | {
      readonly kind: 'branch-end';
      readonly operation: string;
      readonly node: number;
      readonly outcome: 'done' | 'failed' | 'killed';
      readonly detail: string;
      readonly home?: string;
    }
  /** A tool that rolls the database back, in place: `writer` as above. */
  | {
      readonly kind: 'restore-start';
      readonly operation: string;
      readonly node: number;
      readonly writer: number;
      readonly cut: CutAsked;
    }
  /** `home`: of what it says goes on. */
  | {
      readonly kind: 'restore-end';
      readonly operation: string;
      readonly node: number;
      readonly outcome: 'done' | 'failed' | 'killed';
      readonly detail: string;
      readonly home?: string;
    }
  /** A node of a branch is set up: from now on `host` stands for it in the events of that name. `writer` as above. */
  | {
      readonly kind: 'branch-host';
      readonly operation: string;
      readonly name: string;
      readonly host: number;
      readonly home: string;
      readonly writer: number;
    }
  /** What clients of a branch did and saw, and what befell its nodes: `node` is the host in there. */
  | { readonly kind: 'branch-event'; readonly name: string; readonly event: HistoryEvent }
  /** A warning or an error that the node logged: for stories. */
  | { readonly kind: 'node-log'; readonly node: number; readonly level: string; readonly message: string };

/** As the tool is given it. */
export type CutAsked =
  | { readonly kind: 'end' }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'moment'; readonly wallMs: number };

/** A fault took effect. `detail`: on what, for people. */
export interface FaultHistoryEvent {
  readonly kind: 'fault';
  readonly fault: string;
  readonly faultKind: string;
  readonly node?: number;
  readonly detail: string;
}
