import { expect, it } from 'vitest';
import { generateScenario } from '../generate.ts';
import { createInvariants } from '../oracle/invariants.ts';
import { nodeDigest } from '../search/node-digest.ts';
import { simulate } from '../simulate.ts';
import { coreSystem } from '../system/core-system.ts';
import type { SystemEffect, SystemUnderTest } from '../types/system.ts';
import { timelineOf } from './timeline.ts';
import { toHtml } from './index.ts';

const context = { replayCommand: 't4 sim run', commit: 'c0ffee1', nodeVersion: 'v24.0.0' };
const ahead = 1_000;

/** The store, but it acknowledges each put far ahead of what is durable. */
const boastful: SystemUnderTest = {
  name: 'boastful',
  createNode(options) {
    const machine = coreSystem.createNode(options);
    return { step: (event) => machine.step(event).map(boasted) };
  },
};

function boasted(effect: SystemEffect): SystemEffect {
  if (effect.kind !== 'answer' || effect.answer.kind !== 'ok' || effect.answer.response.kind !== 'put') return effect;
  const { header } = effect.answer;
  return { ...effect, answer: { ...effect.answer, header: { ...header, revision: header.revision + ahead } } };
}

it('outlines the call of which an invariant in the run found the answer wrong', () => {
  const scenario = generateScenario(1, { nodes: 1, workloads: ['key-value'], faults: [] });
  const result = simulate(scenario, { system: boastful, digest: nodeDigest, observers: [createInvariants] });
  if (result.verdict.kind !== 'safety') return expect.fail(`the verdict is ${result.verdict.kind}`);
  const [call, ...others] = result.verdict.operations;
  expect(others).toEqual([]);
  expect(result.history).toContainEqual(expect.objectContaining({ kind: 'invoke', call }));
  const clients = timelineOf(result).lanes.filter(({ group }) => group === 'clients');
  const outlined = clients.flatMap(({ items }) => items).filter(({ named }) => named);
  expect(outlined.map(({ lines }) => lines.at(-1))).toEqual([expect.stringContaining(`call ${call}`)]);
  expect(toHtml(result, context)).toContain(`"named":true`);
});
