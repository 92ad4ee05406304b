import { describe, expect, test } from 'vitest';
import { formatRetention, parseRetention } from './retention-text.ts';

describe('a retention', () => {
  test.each([
    ['forever', { kind: 'for-ever' }],
    ['24h', { kind: 'age', milliseconds: 86_400_000 }],
    ['0s', { kind: 'age', milliseconds: 0 }],
    ['1h30m', { kind: 'age', milliseconds: 5_400_000 }],
    ['30m', { kind: 'age', milliseconds: 1_800_000 }],
    ['10GiB', { kind: 'size', bytes: 10 * 1024 ** 3 }],
    ['0B', { kind: 'size', bytes: 0 }],
  ])('is %s', (text, retention) => {
    expect(parseRetention(text)).toEqual(retention);
    expect(parseRetention(formatRetention(parseRetention(text)!).replace(' ', ''))).toEqual(retention);
  });

  test.each(['', '5', '10737418240', 'for ever', 'Forever', '-1h', '5 days', '10Gi'])('is not %j', (text) => {
    expect(parseRetention(text)).toBeUndefined();
  });
});
