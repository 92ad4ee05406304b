import { expect, test } from 'vitest';
import { createPump } from './pump.ts';

test('an event that an effect brings about waits until the step before it has been performed whole', () => {
  const met: string[] = [];
  const post = createPump(
    (event: string) => {
      met.push(`step ${event}`);
      return event === 'first' ? ['a', 'b'] : [];
    },
    (effect: string) => {
      met.push(`perform ${effect}`);
      if (effect === 'a') post('second');
    },
  );
  post('first');
  expect(met).toEqual(['step first', 'perform a', 'perform b', 'step second']);
});

test('after a step that throws the next event is looked at', () => {
  const met: string[] = [];
  const post = createPump(
    (event: string) => {
      if (event === 'bad') throw new Error(event);
      return [event];
    },
    (effect: string) => met.push(effect),
  );
  expect(() => post('bad')).toThrow('bad');
  post('good');
  expect(met).toEqual(['good']);
});
