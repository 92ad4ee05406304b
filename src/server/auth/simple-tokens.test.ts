import { describe, expect, test } from 'vitest';
import { createSimpleTokens } from './simple-tokens.ts';

function withClock(tokensMax = 100) {
  const clock = { nowMs: 1_000 };
  return { clock, tokens: createSimpleTokens(300, tokensMax, () => clock.nowMs) };
}

describe('a token', () => {
  test('looks as etcd’s do and stands for who it was given to', () => {
    const { tokens } = withClock();
    const token = tokens.issue('ann', 7);
    expect(token).toMatch(/^[a-zA-Z]{16}\.[1-9]\d*$/);
    expect(tokens.callerOf(token)).toEqual({ kind: 'user', name: 'ann', credentialRevision: 7 });
    expect(tokens.issue('ann', 7)).not.toBe(token);
  });

  test('lives for its time after the last use', () => {
    const { clock, tokens } = withClock();
    const token = tokens.issue('ann', 7);
    for (let use = 0; use < 5; use++) {
      clock.nowMs += 299;
      expect(tokens.callerOf(token)).toBeDefined();
    }
    clock.nowMs += 300;
    expect(tokens.callerOf(token)).toBeUndefined();
    clock.nowMs -= 300;
    expect(tokens.callerOf(token)).toBeUndefined();
  });

  test('is void once all are forgotten', () => {
    const { tokens } = withClock();
    const token = tokens.issue('ann', 7);
    tokens.forgetAll();
    expect(tokens.callerOf(token)).toBeUndefined();
  });

  test.each(['', 'a', '.1', 'abcdefghijklmnop', 'abcdefghijklmnop.1', 'abcdefghijklmnop.99999999999999999999999'])(
    '%j is none',
    (token) => {
      const { tokens } = withClock();
      tokens.issue('ann', 7);
      expect(tokens.callerOf(token)).toBeUndefined();
    },
  );

  test('is not another one’s letters or number', () => {
    const { tokens } = withClock();
    const [letters, index] = tokens.issue('ann', 7).split('.');
    expect(tokens.callerOf(`${letters}.${Number(index) + 1}`)).toBeUndefined();
    expect(tokens.callerOf(`${letters!.toLowerCase()}x.${index}`)).toBeUndefined();
    expect(tokens.callerOf(`${letters}.0${index}`)).toBeUndefined();
  });
});

test('of too many the one that was not used for longest goes', () => {
  const { tokens } = withClock(3);
  const [first, second, third] = ['a', 'b', 'c'].map((name) => tokens.issue(name, 1));
  tokens.callerOf(first!);
  const fourth = tokens.issue('d', 1);
  expect([first, second, third, fourth].map((token) => tokens.callerOf(token!) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});
