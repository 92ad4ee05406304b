import { faultKindOf, faultKinds } from '../faults/index.ts';
import { knobsOf, probeOf, settingsOf } from '../generate-world.ts';
import type { Fault, Knobs, Scenario, Topology } from '../types/scenario.ts';
import { workloads } from '../workload/index.ts';
import { drawOf, type Draw } from '../world/random.ts';
import { incidents } from './index.ts';

/**
 * A scenario that is about one incident, and short: a quick store, few nodes, nothing that hides what happens.
 *
 * Invariant: what is beside the incident (other traffic, another fault) has streams of its own, and is missing in most of the runs.
 */
const startedMs = 700;
const companyShare = 0.4;
const otherOperations = 8;

export function generateIncident(seed: number): Scenario {
  const draw = (purpose: string) => drawOf(seed, `incident/${purpose}`);
  const own = draw('world');
  const incident = own.pick(incidents);
  const nodes = own.pick([2, 3, 3]);
  const leaseMs = own.pick([1_000, 1_500, 2_000]);
  const logInflightMax = own.pick([2, 4, 8]);
  const fromMs = startedMs + 1_500 + own.below(leaseMs);
  const course = incident.generate((purpose) => draw(`${incident.name}/${purpose}`), {
    nodes,
    leaseMs,
    logInflightMax,
    fromMs,
  });
  const settings = {
    ...settingsOf(draw('settings'), draw('settings/collection'), 'object'),
    leaseMs,
    logInflightMax,
    ...course.settings,
  };
  const topology = {
    nodes: Array.from({ length: nodes }, (_, node) => ({
      startAtMs: node === 0 ? 0 : startedMs - own.below(startedMs / 2),
    })),
    settings,
  };
  const knobs: Knobs = {
    ...knobsOf(draw, nodes, course.toMs, settings, false),
    storeLatency: { minMs: 1, typicalMs: own.pick([2, 10]), slowMs: 40, slowShare: 0.01 },
    localLatency: { minMs: 0.02, typicalMs: 0.2, slowMs: 20, slowShare: 0.005 },
    networkLatency: { minMs: 0.1, typicalMs: own.pick([0.5, 5]), slowMs: 50, slowShare: 0.01 },
    client: { timeoutMs: 10_000, attemptsMax: 1, pauseMs: 300 },
    ...course.knobs,
  };
  const others = draw('traffic').chance(companyShare) ? otherTraffic(draw, nodes, course.toMs) : [];
  const another = draw('fault').chance(companyShare) ? otherFaults(draw, topology, course.faults, course.toMs) : [];
  return {
    version: 1,
    name: `seed ${seed}, ${incident.name}`,
    seed,
    topology,
    knobs,
    operations: [...course.operations, ...others, probeOf(knobs)],
    faults: [...course.faults, ...another],
  };
}

function otherTraffic(draw: (purpose: string) => Draw, nodes: number, activeMs: number) {
  const workload = draw('workload').pick(workloads);
  const own = (purpose: string) => draw(`workload/${workload.name}/${purpose}`);
  return workload.generate(own, { nodes, activeMs, operations: otherOperations, firstLease: 1_000 });
}

/** One of a kind that may meet those that are there. */
function otherFaults(
  draw: (purpose: string) => Draw,
  topology: Topology,
  present: readonly Fault[],
  activeMs: number,
): readonly Fault[] {
  const names = present.map(({ kind }) => kind);
  const allowed = faultKinds.filter(
    ({ kind, notWith = [] }) =>
      !names.some((name) => notWith.includes(name) || faultKindOf(name).notWith?.includes(kind) === true),
  );
  const kind = draw('fault/kind').pick(allowed);
  const context = { nodes: topology.nodes.length, settings: topology.settings, activeMs };
  const fault: Fault = { id: `${kind.kind}-beside`, kind: kind.kind, ...kind.generate(draw('fault/other'), context) };
  return kind.promise(fault, { topology }) === 'beyond' ? [] : [fault];
}
