import { describe, expect, it } from 'vitest';
import { busyRun, lostWriteRun } from '../../test/support/simulated-run.ts';
import type { ReportContext } from './context.ts';
import { story, storyEventsMax, storyOf } from './story.ts';

const context: ReportContext = {
  replayCommand: 't4 sim run lost-write.json',
  commit: 'c0ffee1',
  nodeVersion: 'v24.0.0',
  culprit: { kind: 'fault', fault: 'f2' },
};

describe('story', () => {
  it('tells verdict, events in order, culprit, replay and what ran', () => {
    expect(story(lostWriteRun(), context)).toEqual([
      'Broken guarantee “durability”: put "a" = "2" was acknowledged at revision 3, and a later read finds revision 2.',
      '',
      '  0.080 s  node 0 leads in epoch 1',
      '  0.100 s  c1 asks node 0: put "a" = "1" → ok at revision 2, after 45 ms [o1#1]',
      '  0.400 s  fault f3 (pause) at node 1 from 0.400 s to 0.900 s: node 1 stands still',
      '  1.000 s  c1 asks node 0: put "a" = "2" → ok at revision 3, after 30 ms [o3#1]',
      '  1.010 s  fault f1 (store-timeout) on put log/…3 no. 1 at node 0: not applied',
      '  1.100 s  c3 asks node 0: delete "b" → outcome unknown (the connection broke), after 25 ms [o4#1]',
      '  1.120 s  fault f2 (crash) on append no. 3 at node 0: after append no. 3',
      "  1.121 s  c2's watch [w1~1] ends: lost",
      '  1.200 s  node 0 starts again with an empty disk',
      '  2.200 s  node 1 leads in epoch 2',
      '  2.210 s  c1 asks node 0: put "é\\x00" = "x" → refused: etcdserver: no leader, after 5 ms [o6#1]',
      '  2.300 s  c2 asks node 1: read "a" → "a" = "1" (r2) at revision 2, after 30 ms [o7#1]',
      '  (9 other events left out)',
      '',
      'Without fault f2 (crash) on append no. 3 at node 0 it passes.',
      'Replay: t4 sim run lost-write.json',
      'Seed 4711 · commit c0ffee1 · Node v24.0.0 · trace 9f86d081884c7d65',
    ]);
  });

  it('stays within a dozen events, keeps what the verdict names, and says how many it left out', () => {
    const run = busyRun(2_000);
    const last = run.history.findLast((event) => event.kind === 'invoke')!;
    const operation = last.kind === 'invoke' ? last.operation : '';
    const verdict = {
      kind: 'safety',
      guarantee: 'order',
      explanation: 'out of order',
      faults: [],
      keys: [],
      revisions: [],
    } as const;
    const { events, leftOut } = storyOf({ ...run, verdict: { ...verdict, operations: [operation] } });
    expect(events).toHaveLength(storyEventsMax);
    expect(events.at(-1)!.text).toContain(`[${operation}#1]`);
    expect(leftOut).toBeGreaterThan(1_900);
    expect(events.map(({ atMs }) => atMs)).toEqual(
      events.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
    );
  });

  it('tells once of a client that asks the same again after a refusal', () => {
    const run = lostWriteRun();
    const invoke = run.history.find((event) => event.kind === 'invoke')!;
    const outcome = { kind: 'error', status: 'Unavailable', message: 'not yet' } as const;
    const refused = [1, 2].flatMap((number) => [
      { ...invoke, operation: 'again', call: `again#${number}` },
      { kind: 'return', call: `again#${number}`, outcome, atMs: invoke.atMs } as const,
    ]);
    const { events } = storyOf({ ...run, history: [...refused, { ...invoke, operation: 'again', call: 'again#3' }] });
    const told = events.filter(({ text }) => text.includes('again#'));
    expect(told).toHaveLength(1);
    expect(told[0]!.text).toMatch(/, as 2 times before: .* → no answer .* \[again#3\]$/);
  });

  it('says of a call without an answer that there was none', () => {
    const history = lostWriteRun().history.filter((event) => event.kind !== 'return');
    expect(story(lostWriteRun({ history }), context).join('\n')).toContain(
      'no answer before the end of the run [o3#1]',
    );
  });

  it('has a sentence for every verdict', () => {
    const first = (verdict: Parameters<typeof lostWriteRun>[0] & object): string =>
      story(lostWriteRun(verdict), context)[0]!;
    expect(first({ verdict: { kind: 'ok' } })).toBe('No guarantee was broken.');
    expect(first({ verdict: { kind: 'unknown', explanation: 'the budget is spent' } })).toBe(
      'Nothing is proved, which does not pass: the budget is spent.',
    );
    expect(first({ verdict: { kind: 'crash', explanation: 'assertion failed', node: 1, atMs: 3 } })).toBe(
      'Node 1 crashed by a bug of its own: assertion failed.',
    );
  });

  it('says so when no single fault explains it, and nothing when nobody looked', () => {
    const { culprit: _, ...unasked } = context;
    expect(story(lostWriteRun(), { ...context, culprit: { kind: 'none' } }).join('\n')).toContain(
      'No single fault explains it',
    );
    expect(story(lostWriteRun(), unasked).join('\n')).not.toContain('passes');
  });
});
