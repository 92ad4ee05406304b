import { describe, expect, it } from 'vitest';
import { jepsenIllegality, porcupineIllegality, readJepsen, readPorcupine } from '../../test/support/legal-history.ts';
import { subject as register } from '../examples/register-subject.ts';
import { subject as store } from '../search/store-subject.ts';
import { storyEventsMax, storyOf, toHtml, toJepsenEdn, toPerfettoJson, toPorcupineJson } from './index.ts';

const runs = 10;
const context = { replayCommand: 't4 sim run', commit: 'c0ffee1', nodeVersion: 'v24.0.0' };

describe('reports of runs that the simulator made', () => {
  it(`gives legal histories of ${runs} runs of the store`, () => {
    for (let seed = 1; seed <= runs; seed++) {
      const result = store.run(store.generate(seed));
      const jepsen = readJepsen(toJepsenEdn(result));
      const porcupine = readPorcupine(toPorcupineJson(result));
      expect([seed, jepsenIllegality(jepsen), porcupineIllegality(porcupine)]).toEqual([seed, undefined, undefined]);
      expect(porcupine).toHaveLength(result.history.filter(({ kind }) => kind === 'invoke').length);
      expect(jepsen.length).toBeGreaterThan(porcupine.length);
    }
  });

  it('tells the bug of a system that is not the store', () => {
    for (let seed = 1; seed < 100; seed++) {
      const result = register.run(register.generate(seed));
      if (result.verdict.kind !== 'safety') continue;
      const { events } = storyOf(result);
      expect(events.length).toBeLessThanOrEqual(storyEventsMax);
      for (const operation of result.verdict.operations) {
        expect(events.some(({ text }) => text.includes(`[${operation}#`))).toBe(true);
      }
      expect(toHtml(result, context)).toContain('register reads');
      expect(JSON.parse(toPerfettoJson(result))).toHaveProperty('traceEvents');
      expect(jepsenIllegality(readJepsen(toJepsenEdn(result)))).toBeUndefined();
      return;
    }
    expect.fail('no seed below 100 finds the bug of the register');
  });
});
