import { faultKinds } from './faults/index.ts';
import type { FaultContext, FaultKind } from './faults/fault-kind.ts';
import { branchesOf } from './generate-branches.ts';
import { quotaOf, roomOf } from './generate-quota.ts';
import { isRollbackRun, rollbacksOf } from './generate-rollbacks.ts';
import { foreverMs, knobsOf, probeOf, retentionSizes, settingsOf } from './generate-world.ts';
import { generateIncident } from './incident/generate-incident.ts';
import type { CollectAction, Fault, Knobs, NodeSettings, Operation, Scenario } from './types/scenario.ts';
import { drawOf, type Draw } from './world/random.ts';
import { workloads } from './workload/index.ts';

/**
 * Makes a scenario out of a seed. Whatever is left to chance is decided here, once, and stands in the document.
 *
 * Invariant: every decision has a stream of its own, so that a kind of fault or of traffic that is added, or switched off, leaves all
 * others as they were.
 */
export interface GenerateOptions {
  /** Left out: one to four. */
  readonly nodes?: number;
  /** Left out: mostly `object`. */
  readonly durability?: NodeSettings['durability'];
  /** Instead of what is drawn. */
  readonly settings?: Partial<NodeSettings>;
  /** Virtual length of the part with traffic and faults. Left out: drawn. */
  readonly activeMs?: number;
  /** Roughly. Left out: drawn. */
  readonly operations?: number;
  /** Kinds to draw from. Left out: all. Empty: no faults. */
  readonly faults?: readonly string[];
  /** Workloads to draw from. Left out: all. */
  readonly workloads?: readonly string[];
  /** Also tools that collect from outside. Left out: true. */
  readonly collectors?: boolean;
  /** Also branches, in a part of the runs. Left out: true. */
  readonly branches?: boolean;
  /** Also rollbacks in place, in a part of the runs, which then have no branches. Left out: true. */
  readonly rollbacks?: boolean;
  /** Switches a random subset of both off. Left out: true. */
  readonly swarm?: boolean;
  /**
   * Also faults that break what the protocol builds on. `sometimes`: in one run of twenty, of one kind. Left out: false.
   */
  readonly beyond?: boolean | 'sometimes';
  /** Some of the runs are about one incident (`sim/incident`), and most of the above does not matter to them. Left out: false. */
  readonly incidents?: boolean;
  /** How many of each kind at most, scaled. Left out: 1. */
  readonly intensity?: number;
}

/** Runs with a fault that breaks what the protocol builds on. */
const beyondShare = 0.05;

/** A kind that needs the company of others seldom meets its moment: it is drawn so many times as often as another. */
const rareWeight = 5;

/** Runs that are about one incident: short ones, so that they take a smaller share of the time. */
const incidentShare = 1 / 6;

export function generateScenario(seed: number, options: GenerateOptions = {}): Scenario {
  const draw = (purpose: string) => drawOf(seed, purpose);
  if (options.incidents === true && draw('incident').chance(incidentShare)) return generateIncident(seed);
  const nodeCount = options.nodes ?? draw('nodes').pick([1, 2, 2, 3, 3, 4]);
  const activeMs = options.activeMs ?? draw('length').pick([5_000, 15_000, 30_000, 60_000]);
  const isBeyond = options.beyond === 'sometimes' && draw('beyond').chance(beyondShare);
  // Some of these kinds need a disk that alone holds something.
  const durability =
    options.durability ?? (isBeyond ? draw('beyond/durability').pick(['object', 'local', 'local']) : undefined);
  const settings = {
    ...settingsOf(draw('settings'), draw('settings/collection'), durability),
    quotaBackendBytes: quotaOf(draw('settings/quota')),
    ...options.settings,
  };
  const topology = {
    nodes: Array.from({ length: nodeCount }, (_, node) => ({
      startAtMs: node === 0 ? 0 : draw(`start/${node}`).below(5_000),
    })),
    settings,
  };
  const context = { nodes: nodeCount, settings, activeMs };
  const beyond = options.beyond === true ? faultKinds : isBeyond ? [breakingKind(draw, context, topology)] : [];
  const faults = faultsOf(draw, options, context, beyond, topology);
  const isRolledBack = options.rollbacks !== false && isRollbackRun(draw, context);
  const knobs = knobsOf(draw, nodeCount, activeMs, settings, options.faults?.length === 0);
  return {
    version: 1,
    name: `seed ${seed}`,
    seed,
    topology,
    knobs,
    operations: [
      ...operationsOf(draw, options, nodeCount, activeMs),
      ...collectorsOf(draw, options, context, knobs),
      ...roomOf(draw, context),
      ...(isRolledBack ? rollbacksOf(draw, context) : []),
      ...(options.branches === false || isRolledBack ? [] : branchesOf(draw, context, knobs)),
      ...operatorOf(draw, context, knobs, faults),
      probeOf(knobs),
    ],
    faults,
  };
}

function operationsOf(
  draw: (purpose: string) => Draw,
  options: GenerateOptions,
  nodes: number,
  activeMs: number,
): readonly Operation[] {
  const { swarm = true, workloads: wanted } = options;
  const operations = options.operations ?? draw('operations').pick([30, 100, 300]);
  const known = workloads.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const chosen = known.filter(({ name }) => !swarm || draw(`swarm/workload/${name}`).chance(0.6));
  const used = chosen.length > 0 ? chosen : known.slice(0, 1);
  return used.flatMap((workload) => {
    const firstLease = 1_000 * (1 + workloads.indexOf(workload));
    const own = (purpose: string) => draw(`workload/${workload.name}/${purpose}`);
    return workload.generate(own, { nodes, activeMs, operations, firstLease });
  });
}

/** What damages, in the node's eyes. */
const damagingKinds: ReadonlySet<string> = new Set([
  'store-object-rotten',
  'store-body-corrupt',
  'store-body-truncated',
]);

/** Who looks after CORRUPT, where a node may raise it: else all traffic would end with the first. */
function operatorOf(
  draw: (purpose: string) => Draw,
  { nodes }: FaultContext,
  { endMs }: Knobs,
  faults: readonly Fault[],
): readonly Operation[] {
  if (!faults.some(({ kind }) => damagingKinds.has(kind))) return [];
  const own = draw('operator');
  const action = { kind: 'alarm-watch', everyMs: own.pick([500, 2_000, 5_000]), untilMs: endMs } as const;
  return [{ id: 'operator', client: 'operator', node: own.below(nodes), atMs: own.below(2_000), action }];
}

/** Operators who collect from outside: in half of the runs, now and then two at once, and once when all is over. */
function collectorsOf(
  draw: (purpose: string) => Draw,
  { collectors = true }: GenerateOptions,
  { nodes, settings, activeMs }: FaultContext,
  { heal, endMs }: Knobs,
): readonly Operation[] {
  if (!collectors || draw('collectors').chance(0.5)) return [];
  // One after the other, so that what is condemned and deleted meets a checkpoint that is being written.
  const isBurst = draw('collectors/burst').chance(0.3);
  const burstGapMs = draw('collectors/burst').pick([50, 200, 1_000]);
  const count = isBurst ? draw('collectors/count').between(10, 30) : draw('collectors/count').between(1, 6);
  const operations: Operation[] = [];
  let atMs = 0;
  for (let number = 1; number <= count; number++) {
    const own = draw(`collectors/${number}`);
    if (number === 1 || (!isBurst && own.chance(0.6))) atMs = own.below(activeMs + (endMs - activeMs) / 2);
    else atMs += own.below(isBurst ? burstGapMs : 500);
    const isLast = number === count && own.chance(0.5);
    const action: CollectAction = {
      kind: 'collect',
      retentionMs: own.chance(0.5) ? settings.retentionMs : own.pick([0, 1_000, foreverMs]),
      ...(own.chance(0.2) ? { retentionBytes: own.pick(retentionSizes) } : {}),
      graceMs: isBurst ? 0 : own.pick([0, 0, settings.collectGraceMs, 2_000]),
      dryRun: own.chance(0.1),
      clockOffsetMs: own.pick([0, 0, -2_000, 5_000, -31_536_000_000, 31_536_000_000]),
      pauseAfterCalls: own.chance(isBurst ? 0.1 : 0.4) ? own.between(1, 30) : 0,
      pauseMs: own.pick([500, 5_000, 20_000]),
      killAfterCalls: own.chance(0.1) ? own.between(1, 30) : 0,
    };
    const startMs = isLast ? Math.max(atMs, heal?.atMs ?? 0) : atMs;
    operations.push({
      id: `collect-${number}`,
      client: `operator-${number}`,
      node: own.below(nodes),
      atMs: startMs,
      action,
    });
  }
  return operations;
}

function faultsOf(
  draw: (purpose: string) => Draw,
  options: GenerateOptions,
  context: FaultContext,
  beyond: readonly FaultKind[],
  topology: Scenario['topology'],
): readonly Fault[] {
  const { swarm = true, faults: wanted, intensity = 1 } = options;
  // Some runs are quiet, most have a few kinds, some nearly all.
  const share = draw('swarm/share').pick([0, 0.05, 0.1, 0.1, 0.3, 0.6]);
  const chosen = faultKinds.filter((each) => {
    const { kind } = each;
    if (wanted !== undefined && !wanted.includes(kind)) return false;
    const own = share === 0 ? undefined : each.likely?.(context);
    return !swarm || draw(`swarm/fault/${kind}`).chance(own ?? share);
  });
  const used = chosen.filter((kind) => !chosen.some((other) => isExcluded(kind, other, draw)));
  const also = options.beyond === true ? [] : withCompany(beyond).filter((kind) => !used.includes(kind));
  return [...used, ...also].flatMap((kind) =>
    faultsOfKind(draw, kind, context, beyond.includes(kind), topology, intensity),
  );
}

function withCompany(kinds: readonly FaultKind[]): readonly FaultKind[] {
  const names = new Set(kinds.flatMap(({ kind, along = [] }) => [kind, ...along]));
  return faultKinds.filter(({ kind }) => names.has(kind));
}

/** One of the kinds that can break what the protocol builds on here. */
function breakingKind(
  draw: (purpose: string) => Draw,
  context: FaultContext,
  topology: Scenario['topology'],
): FaultKind {
  const breaking = faultKinds.filter((kind) =>
    faultsOfKind(draw, kind, context, true, topology, 1).some(
      (fault) => kind.promise(fault, { topology }) === 'beyond',
    ),
  );
  const tickets = breaking.flatMap((kind) => Array<FaultKind>(kind.along === undefined ? 1 : rareWeight).fill(kind));
  return draw('beyond/kind').pick(tickets);
}

/** Of two kinds that must not meet, one goes. */
function isExcluded(kind: FaultKind, other: FaultKind, draw: (purpose: string) => Draw): boolean {
  const clash = kind.notWith?.includes(other.kind) === true || other.notWith?.includes(kind.kind) === true;
  if (!clash) return false;
  const [first, second] = kind.kind < other.kind ? [kind, other] : [other, kind];
  const loser = draw(`clash/${first.kind}/${second.kind}`).chance(0.5) ? first : second;
  return loser === kind;
}

const perKindMax = 4;

function faultsOfKind(
  draw: (purpose: string) => Draw,
  kind: FaultKind,
  context: FaultContext,
  beyond: boolean,
  topology: Scenario['topology'],
  intensity: number,
): readonly Fault[] {
  const count = Math.ceil(draw(`count/${kind.kind}`).between(1, perKindMax) * intensity);
  const faults: Fault[] = [];
  for (let number = 1; number <= count; number++) {
    const id = `${kind.kind}-${number}`;
    const fault: Fault = { id, kind: kind.kind, ...kind.generate(draw(`fault/${id}`), context) };
    const isPromised =
      kind.promise(fault, { topology }) !== 'beyond' &&
      !faults.some((other) => kind.notBeside?.(fault, other) === true);
    if (beyond || isPromised) faults.push(fault);
  }
  return faults;
}
