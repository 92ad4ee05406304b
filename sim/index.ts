/**
 * `t4db/sim`: the simulator for whoever wants to break the store in another way, or a system of his own.
 *
 * - A system under test is `step(event) → effects` (`SystemUnderTest`); `simulate` runs a scenario of it.
 * - A `Subject` says how scenarios are made from seeds and run; `t4 sim run --subject module.js` searches it, with all its workers.
 * - `examples/register.ts` in the sources is a whole one that is not our store.
 */
export { simulate, type SimulateOptions } from './simulate.ts';
export { generateScenario, type GenerateOptions } from './generate.ts';
export { coreSystem } from './system/core-system.ts';
export { faultKinds, faultKindOf } from './faults/index.ts';
export { workloads } from './workload/index.ts';
export { allOracles, oracleFactories, oracleNames } from './oracle/all-oracles.ts';
export { during, fault, load, scenario, script, together, type Part, type Stage } from './scenarios/parts.ts';
export { scenarioList, scenarioNamed } from './scenarios/index.ts';
export { shrink, type Shrunk } from './search/shrink.ts';
export { fewestItems } from './search/delta-debugging.ts';
export { failureKey } from './search/failure.ts';
export { createPool, type Pool, type PoolOptions } from './search/pool.ts';
export { runCampaign, type CampaignOptions, type CampaignResult, type Finding } from './search/campaign.ts';
export { runCrashPoints, type CrashPointsOptions, type CrashPointsResult } from './search/crash-points.ts';
export { listMutants, loadMutant, mutantNames, plantedMutant } from './search/mutants.ts';
export { nodeDigest } from './search/node-digest.ts';
export { subject as storeSubject } from './search/store-subject.ts';
export {
  story,
  toHtml,
  toJepsenEdn,
  toJunitXml,
  toPerfettoJson,
  toPorcupineJson,
  toSummaryJson,
  verdictText,
  type JunitCase,
  type PorcupineHistory,
  type PorcupineOperation,
  type PorcupineOutput,
  type ReportContext,
  type ReportLink,
} from './report/index.ts';
export { drawOf, type Draw } from './world/random.ts';
export type { Mutant } from './search/mutant.ts';
export type { Subject, RunOptions, FaultKindDescription } from './search/subject.ts';
export type { RunTotals, SeedRun, ShrunkScenario } from './search/job.ts';
export type { HistoryEvent, InvokeEvent, ReturnEvent, CallOutcome } from './types/history.ts';
export type { Observer } from './types/observer.ts';
export type { Counts, RunResult, StoreChange, Trace, Verdict, Violation } from './types/result.ts';
export type { Action, Fault, Knobs, Latency, Operation, Scenario, Topology, Window } from './types/scenario.ts';
export type {
  NodeMachine,
  NodeOptions,
  SystemAnswer,
  SystemEffect,
  SystemEvent,
  SystemUnderTest,
} from './types/system.ts';
