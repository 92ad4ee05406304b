import { faultKindOf, faultKinds } from '../faults/index.ts';
import type { FaultKind } from '../faults/fault-kind.ts';
import { generateScenario } from '../generate.ts';
import { oracleFactories } from '../oracle/all-oracles.ts';
import { simulate } from '../simulate.ts';
import { coreSystem } from '../system/core-system.ts';
import type { Scenario } from '../types/scenario.ts';
import { workloads } from '../workload/index.ts';
import { drawOf } from '../world/random.ts';
import { nodeDigest } from './node-digest.ts';
import type { FaultKindDescription, Subject } from './subject.ts';

const samples = 20;
const sampleSeed = 1;

/** The store: the core that production runs, in the world of `sim`, judged by all oracles. */
export const subject: Subject = {
  name: coreSystem.name,
  generate: (seed) => generateScenario(seed),
  run(scenario, { traceLines = false, withoutObservers = [] } = {}) {
    const observers = oracleFactories({ without: withoutObservers });
    return simulate(scenario, { system: coreSystem, digest: nodeDigest, record: traceLines, observers });
  },
  shrinkFault: (fault) => faultKindOf(fault.kind).shrink(fault),
  faultKinds: faultKinds.map(describe),
  workloads: workloads.map(({ name, does }) => ({ name, does })),
};

function describe(kind: FaultKind): FaultKindDescription {
  return { kind: kind.kind, does: kind.does, seen: kind.seen, generated: isGenerated(kind) };
}

/** A kind of which every instance breaks what the protocol builds on is never drawn. */
function isGenerated(kind: FaultKind): boolean {
  const { topology }: Scenario = generateScenario(sampleSeed, { nodes: 3, faults: [], durability: 'object' });
  const context = { nodes: 3, settings: topology.settings, activeMs: 30_000 };
  return Array.from({ length: samples }, (_, sample) => drawOf(sample, kind.kind)).some((draw) => {
    const fault = { ...kind.generate(draw, context), id: 'sample', kind: kind.kind };
    return kind.promise(fault, { topology }) !== 'beyond';
  });
}
