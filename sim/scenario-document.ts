import { faultKinds } from './faults/index.ts';
import { generateScenario } from './generate.ts';
import { branchName, checkAction } from './scenario-actions.ts';
import { ScenarioError } from './scenario-error.ts';
import type { Fault, NodeSettings, Operation, Scenario } from './types/scenario.ts';

/** A scenario as a text that people keep, send and edit: JSON, checked when it is read. */

export function formatScenario(scenario: Scenario): string {
  return `${JSON.stringify(scenario, undefined, 2)}\n`;
}

export interface ParseOptions {
  /** Kinds that a subject has besides those of the world. */
  readonly otherFaultKinds?: readonly string[];
  /** Requests are a subject's own, of which nothing is known here. */
  readonly otherRequests?: boolean;
}

/** Throws a `ScenarioError`. */
export function parseScenario(
  text: string,
  { otherFaultKinds = [], otherRequests = false }: ParseOptions = {},
): Scenario {
  const document = parseJson(text);
  if (!isObject(document)) throw invalid('it is no JSON object');
  if (document['version'] !== 1) throw invalid(`version ${JSON.stringify(document['version'])}; this is version 1`);
  const scenario = withSettings(document as unknown as Scenario);
  checkShape(scenario);
  checkSeed(scenario.seed);
  const nodes = scenario.topology.nodes.length;
  if (nodes === 0) throw invalid('there are no nodes');
  checkIds('operation', scenario.operations);
  checkIds('fault', scenario.faults);
  const kinds = new Set([...faultKinds.map(({ kind }) => kind), ...otherFaultKinds]);
  for (const operation of scenario.operations) checkOperation(operation, nodes, otherRequests);
  for (const fault of scenario.faults) checkFault(fault, kinds, nodes);
  for (const node of scenario.knobs.heal?.nodes ?? []) checkNode('the heal', node, nodes);
  return scenario;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** Documents from before there were these settings mean these values. */
const settingsFormer: Partial<NodeSettings> = {
  checkpointIntervalMs: 10_000,
  checkpointChunkBytes: 256,
  retentionMs: 86_400_000,
  retentionBytes: -1,
  archiveSegments: 0,
  archiveBytes: 100_000,
  collectIntervalMs: 900_000,
  collectGraceMs: 3_600_000,
  autoCompactionMs: 0,
  memberIntervalMs: 0,
  corruptCheckMs: 0,
  initialCorruptCheck: false,
  fillBytesPerSecond: 1_000_000_000,
  quotaBackendBytes: 0,
};

function withSettings(scenario: Scenario): Scenario {
  const { topology } = scenario;
  if (!isObject(topology) || !isObject(topology.settings)) return scenario;
  return { ...scenario, topology: { ...topology, settings: { ...settingsFormer, ...topology.settings } } };
}

const likeSeed = 1;

/** What every generated scenario has, every other one needs, and of the same type. */
function checkShape(scenario: Scenario): void {
  const { name, seed, topology, knobs, operations, faults } = generateScenario(likeSeed);
  const { heal: _optional, ...needed } = knobs;
  checkLike('', scenario, { name, seed, topology, knobs: needed, operations, faults });
  for (const [index, node] of scenario.topology.nodes.entries()) {
    checkLike(`topology.nodes[${index}].`, node, topology.nodes[0]!);
  }
  for (const [index, item] of scenario.operations.entries()) {
    checkLike(`operations[${index}].`, item, { id: '', client: '', node: 0, atMs: 0, action: { kind: '' } });
  }
  for (const [index, item] of scenario.faults.entries()) checkLike(`faults[${index}].`, item, { id: '', kind: '' });
  if (scenario.knobs.heal !== undefined) checkLike('knobs.heal.', scenario.knobs.heal, { atMs: 0, nodes: [] });
}

function checkLike(path: string, given: unknown, like: object): void {
  if (!isObject(given)) throw invalid(`${path.slice(0, -1)} is no object`);
  for (const [name, example] of Object.entries(like) as readonly (readonly [string, unknown])[]) {
    const value = given[name];
    if (value === undefined) throw invalid(`${path}${name} is missing`);
    if (typeof value !== typeof example || value === null || Array.isArray(value) !== Array.isArray(example)) {
      throw invalid(`${path}${name} is ${JSON.stringify(value)}`);
    }
    if (isObject(example)) checkLike(`${path}${name}.`, value, example);
  }
}

function checkSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 4_294_967_296) {
    throw invalid(`seed ${String(seed)} is no whole number from 0 to 2^32 - 1`);
  }
}

function checkIds(what: string, items: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) throw invalid(`two ${what}s have the id ${id}`);
    seen.add(id);
  }
}

function checkOperation({ id, node, atMs, action, branch }: Operation, nodes: number, otherRequests: boolean): void {
  checkNode(`operation ${id}`, node, nodes);
  if (!(atMs >= 0)) throw invalid(`operation ${id} is at ${String(atMs)} ms`);
  if (branch !== undefined) branchName(`operation ${id}: branch`, branch);
  if (otherRequests && action.kind === 'request') return;
  checkAction(`operation ${id}: action`, action);
}

function checkFault({ id, kind, node, window }: Fault, kinds: ReadonlySet<string>, nodes: number): void {
  if (!kinds.has(kind)) throw invalid(`fault ${id}: there is no kind of fault called ${JSON.stringify(kind)}`);
  if (node !== undefined) checkNode(`fault ${id}`, node, nodes);
  if (window !== undefined) checkLike(`fault ${id}: window.`, window, { fromMs: 0, toMs: 0 });
}

function checkNode(what: string, node: number, nodes: number): void {
  if (!Number.isInteger(node) || node < 0 || node >= nodes) {
    throw invalid(`${what} names node ${String(node)}; there are ${nodes}, from 0`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): ScenarioError {
  return new ScenarioError(`this is no scenario: ${why}`);
}
