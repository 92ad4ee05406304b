import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/cli/units.ts';
import { parseTokenOption, signMethods } from '../../src/server/auth/token-option.ts';

const parse = (text: string) => parseTokenOption(text, parseDuration);

describe('--auth-token', () => {
  test('takes what etcd takes', () => {
    expect(parse('simple')).toEqual({ kind: 'ok', value: { kind: 'simple' } });
    expect(parse('jwt,pub-key=a.pub,priv-key=a.key,sign-method=RS256,ttl=1h30m')).toEqual({
      kind: 'ok',
      value: {
        kind: 'jwt',
        signMethod: 'RS256',
        publicKeyFile: 'a.pub',
        privateKeyFile: 'a.key',
        ttlMs: 5_400_000,
      },
    });
    expect(parse('jwt,sign-method=EdDSA,pub-key=a')).toMatchObject({
      value: { ttlMs: 300_000, privateKeyFile: undefined },
    });
    for (const method of signMethods) expect(parse(`jwt,sign-method=${method},priv-key=k`).kind).toBe('ok');
  });

  test.each([
    ['', '"" is neither simple nor jwt'],
    ['none', '"none" is neither simple nor jwt'],
    ['simple,ttl=5m', 'simple has no option "ttl"'],
    ['jwt', 'sign-method "" is none of RS256'],
    ['jwt,sign-method=none,priv-key=k', 'sign-method "none" is none of'],
    ['jwt,sign-method=rs256,priv-key=k', 'sign-method "rs256" is none of'],
    ['jwt,sign-method=RS256', 'jwt takes priv-key'],
    ['jwt,sign-method=HS256,pub-key=k', 'HS256 takes its secret from priv-key'],
    ['jwt,sign-method=RS256,priv-key=k,priv-key=k', '"priv-key" is given twice'],
    ['jwt,sign-method=RS256,priv-key', '"priv-key" is not NAME=VALUE'],
    ['jwt,sign-method=RS256,priv-key=a=b', '"priv-key=a=b" is not NAME=VALUE'],
    ['jwt,sign-method=RS256,priv-key=k,privkey=k', 'jwt has no option "privkey"'],
    ['jwt,sign-method=RS256,priv-key=k,ttl=5', 'ttl "5" is no duration'],
    ['jwt,sign-method=RS256,priv-key=k,ttl=-5m', 'ttl "-5m" is no duration'],
  ])('refuses %j', (text, message) => {
    const parsed = parse(text);
    expect(parsed.kind).toBe('invalid');
    expect(parsed).toMatchObject({ message: expect.stringContaining(message) });
  });
});
