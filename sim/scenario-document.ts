import { faultKindOf } from './faults/index.ts';
import type { Fault, Operation, Scenario } from './types/scenario.ts';

/** A scenario as a text that people keep, send and edit: JSON, checked when it is read. */

export function formatScenario(scenario: Scenario): string {
  return `${JSON.stringify(scenario, undefined, 2)}\n`;
}

/** Throws an error that says what is wrong, and where. */
export function parseScenario(text: string): Scenario {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) throw invalid('it is no JSON object');
  if (document['version'] !== 1) throw invalid(`version ${JSON.stringify(document['version'])}; this is version 1`);
  for (const name of ['seed', 'topology', 'knobs', 'operations', 'faults']) {
    if (document[name] === undefined) throw invalid(`${name} is missing`);
  }
  const scenario = document as unknown as Scenario;
  checkSeed(scenario.seed);
  const nodes = scenario.topology.nodes.length;
  checkIds('operation', scenario.operations);
  checkIds('fault', scenario.faults);
  for (const operation of scenario.operations) checkOperation(operation, nodes);
  for (const fault of scenario.faults) checkFault(fault, nodes);
  for (const node of scenario.knobs.heal?.nodes ?? []) checkNode('the heal', node, nodes);
  return scenario;
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

function checkOperation({ id, node, atMs }: Operation, nodes: number): void {
  checkNode(`operation ${id}`, node, nodes);
  if (!(atMs >= 0)) throw invalid(`operation ${id} is at ${String(atMs)} ms`);
}

function checkFault(fault: Fault, nodes: number): void {
  try {
    faultKindOf(fault.kind);
  } catch (error) {
    throw invalid(`fault ${fault.id}: ${(error as Error).message}`);
  }
  if (fault.node !== undefined) checkNode(`fault ${fault.id}`, fault.node, nodes);
}

function checkNode(what: string, node: number, nodes: number): void {
  if (!Number.isInteger(node) || node < 0 || node >= nodes) {
    throw invalid(`${what} names node ${String(node)}; there are ${nodes}, from 0`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): Error {
  return new Error(`this is no scenario: ${why}`);
}
