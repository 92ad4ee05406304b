import { faultKindOf, faultKinds } from '../faults/index.ts';
import type { FaultKind } from '../faults/fault-kind.ts';
import { generateScenario } from '../generate.ts';
import { oracleFactories } from '../oracle/all-oracles.ts';
import { simulate } from '../simulate.ts';
import { coreSystem } from '../system/core-system.ts';
import { workloads } from '../workload/index.ts';
import { nodeDigest } from './node-digest.ts';
import type { FaultKindDescription, Subject } from './subject.ts';

/** The store: the core that production runs, in the world of `sim`, judged by all oracles. */
export const subject: Subject = {
  name: coreSystem.name,
  generate: (seed) => generateScenario(seed, { beyond: 'sometimes', incidents: true }),
  run(scenario, { traceLines = false, withoutObservers = [] } = {}) {
    const observers = oracleFactories({ without: withoutObservers, scenario });
    return simulate(scenario, { system: coreSystem, digest: nodeDigest, record: traceLines, observers });
  },
  shrinkFault: (fault) => faultKindOf(fault.kind).shrink(fault),
  faultKinds: faultKinds.map(describe),
  workloads: workloads.map(({ name, does }) => ({ name, does })),
};

function describe({ kind, does, seen, occasion }: FaultKind): FaultKindDescription {
  return { kind, does, seen, generated: true, ...(occasion === undefined ? {} : { occasion }) };
}
