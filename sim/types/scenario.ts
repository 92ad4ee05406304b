import type { PlainRange, PlainRequest, PlainWatchRequest } from './plain.ts';

/**
 * A scenario: everything that decides a run, as one JSON document. It is the bug report; the same document gives the same run
 * on every machine.
 *
 * Invariants:
 * - Nothing in it is named by its position in a random stream. Operations and faults have ids of their own, and whatever is drawn
 *   while it runs (latencies, what a crash leaves) is drawn from a stream keyed by the seed and by what it is for. So removing
 *   one operation or fault moves no other.
 * - Times are virtual milliseconds of the world's true clock, from 0; nodes see them through clocks of their own.
 */
export interface Scenario<Request = PlainRequest> {
  readonly version: 1;
  /** For people. */
  readonly name: string;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  readonly topology: Topology;
  readonly knobs: Knobs;
  readonly operations: readonly Operation<Request>[];
  readonly faults: readonly Fault[];
}

export interface Topology {
  readonly nodes: readonly NodeTopology[];
  readonly settings: NodeSettings;
}

export interface NodeTopology {
  readonly startAtMs: number;
}

/** What every node is configured with; names as in `src/core/configuration.ts`. */
export interface NodeSettings {
  readonly durability: 'object' | 'local';
  /** How often a node that stands by says so in the store; 0: never. */
  readonly memberIntervalMs: number;
  readonly leaseMs: number;
  readonly logInflightMax: number;
  readonly uploadIntervalMs: number;
  readonly checkpointSegments: number;
  readonly checkpointIntervalMs: number;
  readonly checkpointChunkBytes: number;
  readonly retentionMs: number;
  /** Instead of the time: a size; -1: by time. */
  readonly retentionBytes: number;
  /** 0: old slots are never archived. */
  readonly archiveSegments: number;
  readonly archiveBytes: number;
  /** 0: the leader never collects. */
  readonly collectIntervalMs: number;
  readonly collectGraceMs: number;
  /** What is older is compacted by the leader itself; 0: nothing. */
  readonly autoCompactionMs: number;
  /** The leader holds what it serves against the object store this often; 0: never. */
  readonly corruptCheckMs: number;
  /** And once before it serves anything. */
  readonly initialCorruptCheck: boolean;
  readonly requestTimeoutMs: number;
  readonly valueCacheBytes: number;
  readonly fillBytesPerSecond: number;
  readonly watchProgressNotifyIntervalMs: number;
  readonly watchBufferMessagesMax: number;
  /** 0: none. */
  readonly quotaBackendBytes: number;
  readonly acceptLocalLoss: boolean;
}

export interface Knobs {
  /** From a node to the object store, and the same again for the answer. */
  readonly storeLatency: Latency;
  /** A store call that has no answer by then is reported as unknown. */
  readonly storeTimeoutMs: number;
  readonly localLatency: Latency;
  /** Of an fsync; other disk calls take a tenth of it. */
  readonly diskLatency: Latency;
  /** One way between a client and a node, and between nodes. */
  readonly networkLatency: Latency;
  readonly client: ClientKnobs;
  /** A node that ended by itself is started again after that long, as a supervisor would; 0: never. */
  readonly supervisorMs: number;
  /** Left out: the faults go on as they are. */
  readonly heal?: Heal;
  /** The run ends here. */
  readonly endMs: number;
  /** The run ends as `unknown` when it has taken so many events. */
  readonly eventsMax: number;
}

export interface ClientKnobs {
  /** A client gives up a call after this long; what became of it is then unknown. */
  readonly timeoutMs: number;
  /** Calls that a client makes for one request, at other nodes, as long as each is refused without any effect. */
  readonly attemptsMax: number;
  readonly pauseMs: number;
}

/** `typicalMs` and `slowMs` bound what is drawn evenly: a share of `slowShare` of all lies between them, the rest below `typicalMs`. */
export interface Latency {
  readonly minMs: number;
  readonly typicalMs: number;
  readonly slowMs: number;
  readonly slowShare: number;
}

/**
 * From `atMs` on no fault touches `nodes`, nor their way to the store, to the clients and to each other; those that are down start again. The
 * others are left for good as `rest` says, so that nobody may count on them.
 */
export interface Heal {
  readonly atMs: number;
  readonly nodes: readonly number[];
  /** Left out: `dead`. */
  readonly rest?: 'dead' | 'asleep' | 'cut-off';
}

export interface Operation<Request = PlainRequest> {
  /** Unique in the scenario, and kept when others are removed. */
  readonly id: string;
  readonly client: string;
  /** The node asked first, by its index. */
  readonly node: number;
  readonly atMs: number;
  readonly action: Action<Request>;
  /** The branch whose nodes are asked, by its name: those of its `branch-run`s, the one first that `node` says. Left out: the database itself. */
  readonly branch?: string;
}

/** What a client does. Each kind but `request` is a procedure of several calls, which are all in the history. */
export type Action<Request = PlainRequest> =
  | { readonly kind: 'request'; readonly request: Request }
  /** Kubernetes' way to write: read, then a transaction on the mod revision read, again if somebody was faster. */
  | { readonly kind: 'guaranteed-update'; readonly key: string; readonly value: string; readonly attemptsMax: number }
  /** As guaranteed-update, but deletes. */
  | { readonly kind: 'guarded-delete'; readonly key: string }
  | WatchAction
  | ListWatchAction
  /** Grants a lease, attaches keys to it, keeps it alive, then revokes it or lets it run out. */
  | HoldLeaseAction
  /** etcd's recipe for a lock: a lease, the key if absent, hold, release. */
  | LockAction
  | AlarmCycleAction
  | MakeRoomAction
  | AlarmWatchAction
  | ProbeAction
  | CollectAction
  | BranchCreateAction
  | BranchDeleteAction
  | BranchRunAction
  | RestoreAction
  /** Compacts at the newest revision that this client has seen, less `keepRevisions`. */
  | { readonly kind: 'compact-behind'; readonly keepRevisions: number; readonly physical: boolean }
  /** Reads at the newest revision that this client has seen, less `back`. */
  | ({ readonly kind: 'read-back'; readonly back: number } & PlainRange);

/** Raises the alarm that there is no space, in a member's name, and takes it back after `forMs`, again and again. */
export interface AlarmCycleAction {
  readonly kind: 'alarm-cycle';
  readonly memberId: string;
  readonly forMs: number;
  /** How long it goes on with that. */
  readonly untilMs: number;
}

/** Deletes the range, compacts, and takes back all alarms, again and again. */
export interface MakeRoomAction extends PlainRange {
  readonly kind: 'make-room';
  readonly everyMs: number;
  /** How long it goes on with that. */
  readonly untilMs: number;
}

/** Looks this often whether a node has raised CORRUPT, and takes it back: an operator who has seen to it. */
export interface AlarmWatchAction {
  readonly kind: 'alarm-watch';
  readonly everyMs: number;
  readonly untilMs: number;
}

/**
 * Asks these nodes in turn until one takes a write, then until one reads it back, for as long as `forMs`. Liveness is that both come to
 * an `ok`.
 */
export interface ProbeAction {
  readonly kind: 'probe';
  readonly nodes: readonly number[];
  readonly key: string;
  readonly value: string;
  readonly forMs: number;
}

/**
 * No client's: an operator collects from outside, by a tool on a machine of its own in the network of the operation's node. What faults do
 * to that node's way to the store they do to the tool's.
 */
export interface CollectAction extends ToolCourse {
  readonly kind: 'collect';
  /** The branch that is collected, by its name, once it is there. Left out: the database itself. */
  readonly branch?: string;
  readonly retentionMs: number;
  /** Instead of the time: a size. */
  readonly retentionBytes?: number;
  readonly graceMs: number;
  readonly dryRun: boolean;
}

/** An operator makes a branch from outside, as he would collect. */
export interface BranchCreateAction extends ToolCourse {
  readonly kind: 'branch-create';
  readonly name: string;
  /** What it is a branch of: empty: the database itself, else the branch of that name. */
  readonly of: string;
  readonly cut: BranchCut;
}

/** Told by what is known when the operator begins. */
export type BranchCut =
  | { readonly kind: 'end' }
  /** So many revisions before the newest that any client of the parent has seen. */
  | { readonly kind: 'revision'; readonly back: number }
  /** So long before the operator's own time. */
  | { readonly kind: 'moment'; readonly backMs: number };

export interface BranchDeleteAction extends ToolCourse {
  readonly kind: 'branch-delete';
  readonly name: string;
  readonly force: boolean;
}

/**
 * A node that runs a branch, on a machine of its own in the network of the operation's node, from when the branch is there. It keeps to the home that it
 * found, as a deployment would that names it, whatever becomes of the name.
 */
export interface BranchRunAction {
  readonly kind: 'branch-run';
  readonly name: string;
  readonly forMs: number;
  /** It is killed this often, and started again; 0: never. */
  readonly killEveryMs: number;
  readonly restartMs: number;
  readonly disk: 'kept' | 'empty';
}

/** An operator rolls the database back, in place: whatever goes on for it by then. */
export interface RestoreAction extends ToolCourse {
  readonly kind: 'restore';
  readonly cut: BranchCut;
}

/** What befalls a tool. */
export interface ToolCourse {
  /** Of its wall clock against the true one. */
  readonly clockOffsetMs: number;
  /** After so many calls of the store it stands still for `pauseMs`; 0: never. */
  readonly pauseAfterCalls: number;
  readonly pauseMs: number;
  /** Stands still after so long, too, for `pauseMs`. Left out: never. */
  readonly pauseAfterMs?: number;
  /** After so many calls of the store it is killed; 0: never. */
  readonly killAfterCalls: number;
}

export interface WatchAction {
  readonly kind: 'watch';
  readonly watch: PlainWatchRequest;
  readonly forMs: number;
  /** How long the client takes for a message; 0: none. */
  readonly consumeMs: number;
  /** A stream that ends is opened again at the next node, from the revision after the last one seen. */
  readonly resume: boolean;
  /** Asks for progress this often; 0: never. */
  readonly progressEveryMs: number;
}

/** An informer: lists the range page by page at one revision, then watches from there; lists again when that was compacted. */
export interface ListWatchAction extends PlainRange {
  readonly kind: 'list-watch';
  readonly pageLimit: number;
  readonly forMs: number;
  readonly consumeMs: number;
}

export interface HoldLeaseAction {
  readonly kind: 'hold-lease';
  readonly lease: string;
  readonly ttlSeconds: number;
  readonly keys: readonly string[];
  /** 0: never. */
  readonly keepAliveEveryMs: number;
  readonly forMs: number;
  readonly revoke: boolean;
}

export interface LockAction {
  readonly kind: 'lock';
  readonly name: string;
  readonly lease: string;
  readonly ttlSeconds: number;
  readonly holdMs: number;
  /** How long it tries. */
  readonly waitMs: number;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * A fault, addressed by what it hits. `sim/faults` says for each kind which of these it takes and which parameters of its own.
 */
export interface Fault {
  /** Unique in the scenario, and kept when others are removed. */
  readonly id: string;
  readonly kind: string;
  readonly node?: number;
  /** What is hit on that node: `put log/00000000000000000007`, `get *`, `append`, … */
  readonly target?: string;
  /** Which one of those, from 1, counted over the whole run. */
  readonly nth?: number;
  readonly window?: Window;
  readonly [parameter: string]: Json | Window | undefined;
}

/** From `fromMs` on, until just before `toMs`. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}
