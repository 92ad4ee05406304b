import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { readJwtKeys } from './jwt-keys.ts';
import { createJwtTokens } from './jwt-tokens.ts';
import { signMethods, type SignMethod } from './token-option.ts';

const folder = mkdtempSync(join(tmpdir(), 't4-jwt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

function pairOf(name: string, { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): Pair {
  const form = privateKey.asymmetricKeyType === 'ed25519' ? 'pkcs8' : name.startsWith('rsa') ? 'pkcs1' : 'sec1';
  const privatePem = privateKey.export({ format: 'pem', type: form });
  return {
    privateKey,
    publicKey,
    privateKeyFile: write(`${name}.key`, privatePem),
    publicKeyFile: write(`${name}.pub`, publicKey.export({ format: 'pem', type: 'spki' })),
  };
}

const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const pairs: Readonly<Record<string, Pair>> = {
  RS: pairOf('rsa', generateKeyPairSync('rsa', { modulusLength: 2_048 })),
  other: pairOf('rsa-other', generateKeyPairSync('rsa', { modulusLength: 2_048 })),
  short: pairOf('rsa-short', generateKeyPairSync('rsa', { modulusLength: 1_024 })),
  ES256: pairOf('p256', curve('prime256v1')),
  ES384: pairOf('p384', curve('secp384r1')),
  ES512: pairOf('p521', curve('secp521r1')),
  EdDSA: pairOf('ed', generateKeyPairSync('ed25519')),
};
const secretFile = write('secret', Buffer.alloc(64, 7));

function optionOf(signMethod: SignMethod, only?: 'private' | 'public') {
  const pair = pairs[signMethod] ?? pairs['RS']!;
  const isSecret = signMethod.startsWith('HS');
  return {
    kind: 'jwt',
    signMethod,
    ttlMs: 300_000,
    privateKeyFile: only === 'public' ? undefined : isSecret ? secretFile : pair.privateKeyFile,
    publicKeyFile: only === 'private' || isSecret ? undefined : pair.publicKeyFile,
  } as const;
}

const startMs = 1_700_000_000_000;

function tokensOf(signMethod: SignMethod, only?: 'private' | 'public') {
  const clock = { wallMs: startMs };
  const keys = readJwtKeys(optionOf(signMethod, only));
  return { clock, tokens: createJwtTokens(keys, signMethod, 300_000, () => clock.wallMs) };
}

const ann = { kind: 'user', name: 'ann', authRevision: 7 };

describe.each(signMethods)('%s', (signMethod) => {
  test('tokens are given out, and stand for their user until they expire', async () => {
    const { clock, tokens } = tokensOf(signMethod);
    const token = await tokens.issue!('ann', 7);
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header!)).toEqual({ alg: signMethod, typ: 'JWT' });
    expect(JSON.parse(payload!)).toEqual({ username: 'ann', revision: 7, exp: startMs / 1_000 + 300 });
    expect(await tokens.callerOf(token)).toEqual(ann);
    clock.wallMs += 299_000;
    expect(tokens.callerOf(token)).toEqual(ann);
    clock.wallMs += 1_000;
    expect(await tokens.callerOf(token)).toBeUndefined();
    expect(await tokensOf(signMethod).tokens.callerOf(token)).toEqual(ann);
  });

  test('a token is good for its signature alone', async () => {
    const { tokens } = tokensOf(signMethod);
    const token = await tokens.issue!('ann', 7);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const root = Buffer.from(JSON.stringify({ username: 'root', revision: 7, exp: startMs })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    for (const forged of [
      `${header}.${root}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${none}.${root}.`,
      `${none}.${root}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      token.repeat(100),
      '',
    ]) {
      expect(await tokens.callerOf(forged)).toBeUndefined();
    }
  });
});

test('a key for checking alone gives out nothing, and checks what the other key signed', async () => {
  const token = await tokensOf('RS256', 'private').tokens.issue!('ann', 7);
  const { tokens } = tokensOf('RS256', 'public');
  expect(tokens.issue).toBeUndefined();
  expect(await tokens.callerOf(token)).toEqual(ann);
});

describe('refused are tokens', () => {
  const { tokens } = tokensOf('RS256');
  const claims = { username: 'ann', revision: 7 };
  const sign = (payload: object, key = pairs['RS']!.privateKey, alg = 'RS256') =>
    new SignJWT(payload as Record<string, unknown>).setProtectedHeader({ alg }).sign(key);

  test('by another key, and by another method with the same one', async () => {
    expect(await tokens.callerOf(await sign(claims))).toEqual(ann);
    expect(await tokens.callerOf(await sign(claims, pairs['other']!.privateKey))).toBeUndefined();
    expect(await tokens.callerOf(await sign(claims, pairs['RS']!.privateKey, 'PS256'))).toBeUndefined();
    expect(await tokens.callerOf(await sign(claims, pairs['RS']!.privateKey, 'RS512'))).toBeUndefined();
  });

  test('by the public key taken for a secret', async () => {
    const parts = [{ alg: 'HS256' }, { ...claims, username: 'root' }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const pem = pairs['RS']!.publicKey.export({ format: 'pem', type: 'spki' });
    const signature = createHmac('sha256', pem).update(parts.join('.')).digest('base64url');
    expect(await tokens.callerOf(`${parts.join('.')}.${signature}`)).toBeUndefined();
  });

  test.each([
    [{ revision: 7 }],
    [{ username: 'ann' }],
    [{ username: 'ann', revision: '7' }],
    [{ username: ['ann'], revision: 7 }],
    [{ ...claims, exp: startMs / 1_000 }],
    [{ ...claims, exp: 'never' }],
    [{ ...claims, nbf: startMs / 1_000 + 60 }],
  ])('with %j', async (payload) => {
    expect(await tokens.callerOf(await sign(payload))).toBeUndefined();
  });
});

describe('keys that cannot be used are told at start', () => {
  const missing = join(folder, 'missing');
  test.each([
    ['a file that is not there', { ...optionOf('RS256'), privateKeyFile: missing }, `cannot read ${missing}`],
    [
      'keys of two pairs',
      { ...optionOf('RS256'), publicKeyFile: pairs['other']!.publicKeyFile },
      'do not belong together',
    ],
    ['a key for something else', { ...optionOf('RS256'), privateKeyFile: secretFile }, 'has no private key in PEM'],
    ['RSA for EdDSA', { ...optionOf('RS256'), signMethod: 'EdDSA' }, 'EdDSA takes an Ed25519 key'],
    ['RSA for ES256', { ...optionOf('RS256'), signMethod: 'ES256' }, 'ES256 takes a key on prime256v1'],
    ['another curve', { ...optionOf('ES384'), signMethod: 'ES256' }, 'ES256 takes a key on prime256v1'],
    ['a curve for RS256', { ...optionOf('ES384'), signMethod: 'RS256' }, 'RS256 takes an RSA key'],
    [
      'a short key',
      { ...optionOf('RS256'), privateKeyFile: pairs['short']!.privateKeyFile, publicKeyFile: undefined },
      'less than 2048 bits',
    ],
    ['a short secret', { ...optionOf('HS256'), privateKeyFile: write('short', 'guess me') }, 'has 8 bytes'],
  ] as const)('%s', (_what, option, message) => {
    expect(() => readJwtKeys(option)).toThrow(message);
  });
});
