import { afterEach, describe, expect, test } from 'vitest';
import { costOf } from './password.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';

let hasher: PasswordHasher;
const never = new AbortController().signal;

afterEach(() => hasher.close());

/** Made by Go's golang.org/x/crypto/bcrypt, which etcd uses. */
const hashesOfGo = [
  ['pw', '$2a$04$nGTIZB9/I5JfYKyvns4pnea2SGQh3Lui243LI.oQEZM0h8UAbRUvS'],
  ['pässwörd 🔑', '$2a$04$RORxR/RsC/ZNW861Ukf3ROmsnXQ9FRvQw3MfVdyMSYUUz.Kwuu/ve'],
  ['a\0b', '$2a$04$bH33vh1ZJYqL8crAC4Mi3.wTCNl4RNtOOXoJJqRFBxwSGJppAsLl2'],
] as const;

describe('a password', () => {
  test.each(['', 'secret', 'pässwörd 🔑', 'a\0b', 'x'.repeat(72)])('%j is hashed and found right', async (password) => {
    hasher = createPasswordHasher(4);
    const hash = await hasher.hash(password, 'here', never);
    expect(hash).toMatch(/^\$2a\$04\$[./A-Za-z0-9]{53}$/);
    expect(await hasher.matches(password, hash, 'here', never)).toBe(true);
    expect(await hasher.matches(`${password.slice(0, 70)}!`, hash, 'here', never)).toBe(false);
    expect(await hasher.hash(password, 'here', never)).not.toBe(hash);
  });

  test('of more than 72 bytes is refused when it is set, and cut when it is checked, as Go does', async () => {
    hasher = createPasswordHasher(4);
    const long = 'ä'.repeat(36);
    const hash = await hasher.hash(long, 'here', never);
    await expect(hasher.hash(`${long}!`, 'here', never)).rejects.toMatchObject({
      clientError: { status: 'Unknown', message: 'bcrypt: password length exceeds 72 bytes' },
    });
    expect(await hasher.matches(`${long}!`, hash, 'here', never)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['no hash at all', 'secret'],
    ['a cost that takes days', `$2a$31$${'.'.repeat(53)}`],
    ['a cost that there is not', `$2a$03$${'.'.repeat(53)}`],
    ['no user', undefined],
  ])('is never right for %s', async (_what, hash) => {
    hasher = createPasswordHasher(4);
    expect(await hasher.matches('', hash, 'here', never)).toBe(false);
    expect(await hasher.matches('secret', hash, 'here', never)).toBe(false);
  });
});

test('the cost is what was asked for', async () => {
  hasher = createPasswordHasher(6);
  expect(costOf(await hasher.hash('secret', 'here', never))).toBe(6);
});

describe('who waits', () => {
  test('is refused when too many do', async () => {
    hasher = createPasswordHasher(4);
    const given = Array.from({ length: 400 }, (_, index) =>
      hasher.matches('secret', undefined, `from ${index % 2}`, never).then(
        () => 'done',
        (error: Error) => error.message,
      ),
    );
    const answers = await Promise.all(given);
    expect(answers.filter((answer) => answer === 'etcdserver: too many requests').length).toBeGreaterThan(100);
    expect(answers.filter((answer) => answer === 'done').length).toBeGreaterThanOrEqual(256);
  });

  test.each([
    ['connections', (index: number) => `192.0.2.1:${1_000 + index}`],
    ['addresses of one network', (index: number) => `2001:db8::${index.toString(16)}:1000`],
  ])('cannot take all room for %s', async (_what, address) => {
    hasher = createPasswordHasher(4);
    const many = Array.from({ length: 300 }, (_, index) => hasher.matches('secret', undefined, address(index), never));
    const settled = Promise.allSettled(many);
    expect(await hasher.matches('secret', undefined, '198.51.100.1:1000', never)).toBe(false);
    expect((await settled).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(100);
  });

  test('may give up, which makes room', async () => {
    hasher = createPasswordHasher(9);
    const controller = new AbortController();
    const busy = Array.from({ length: 128 }, () => hasher.hash('secret', 'here', controller.signal));
    const settled = Promise.allSettled(busy);
    controller.abort();
    expect((await settled).map(({ status }) => status)).toEqual(Array.from({ length: 128 }, () => 'rejected'));
    await expect(hasher.hash('secret', 'here', controller.signal)).rejects.toThrow('request canceled');
    expect(costOf(await hasher.hash('secret', 'here', never))).toBe(9);
  });

  test('is told when the server stops', async () => {
    hasher = createPasswordHasher(9);
    const waiting = Promise.allSettled(Array.from({ length: 8 }, () => hasher.hash('secret', 'here', never)));
    await hasher.close();
    const reasons = (await waiting).map((one) => (one as PromiseRejectedResult).reason as Error);
    expect(new Set(reasons.map(({ message }) => message))).toEqual(new Set(['etcdserver: server stopped']));
    await expect(hasher.hash('secret', 'here', never)).rejects.toThrow('server stopped');
  });
});

test.each(hashesOfGo)('what Go made of %j is understood', async (password, hash) => {
  hasher = createPasswordHasher(4);
  expect(await hasher.matches(password, hash, 'here', never)).toBe(true);
  expect(await hasher.matches(`${password}!`, hash, 'here', never)).toBe(false);
});
