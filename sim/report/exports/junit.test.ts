import { describe, expect, it } from 'vitest';
import { lostWriteRun } from '../../../test/support/simulated-run.ts';
import { toJunitXml } from './junit.ts';
import { toSummaryJson } from './summary.ts';

const context = { replayCommand: 't4 sim run "a & b".json', commit: 'c0ffee1', nodeVersion: 'v24.0.0' };
const of = (name: string, change: Parameters<typeof lostWriteRun>[0]) => ({
  name,
  seconds: 0.25,
  result: lostWriteRun(change),
  context,
});

describe('toJunitXml', () => {
  it('tells a violation from a crash, and never passes what is unknown', () => {
    const xml = toJunitXml('seeds', [
      of('seed 1', { verdict: { kind: 'ok' } }),
      of('seed <2>', {}),
      of('seed 3', { verdict: { kind: 'crash', explanation: 'assertion \u0001 failed', atMs: 1 } }),
      of('seed 4', { verdict: { kind: 'unknown', explanation: 'gave up' } }),
    ]);
    expect(xml).toContain('<testsuite name="seeds" tests="4" failures="1" errors="2" skipped="0" time="1.000">');
    expect(xml).toContain('<testcase classname="seeds" name="seed 1" time="0.250"/>');
    expect(xml).toContain('name="seed &lt;2&gt;"');
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<error /g)).toHaveLength(2);
    expect(xml).toContain('assertion \ufffd failed');
    expect(xml).toContain('&quot;a &amp; b&quot;.json');
    expect(xml.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
  });
});

describe('toSummaryJson', () => {
  it('has verdict, story and the whole scenario', () => {
    const run = lostWriteRun();
    const summary = JSON.parse(toSummaryJson(run, context)) as Record<string, unknown>;
    expect(summary['verdict']).toEqual(run.verdict);
    expect(summary['scenario']).toEqual(run.scenario);
    expect(summary['story']).toHaveLength(12);
    expect(summary['trace']).toBe(run.trace.hash);
  });
});
