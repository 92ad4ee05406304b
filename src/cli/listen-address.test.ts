import { describe, expect, it } from 'vitest';
import { formatAddress, isLoopback, isWildcard, parseAddress } from './listen-address.ts';

describe('addresses', () => {
  it.each([
    ['127.0.0.1:2379', '127.0.0.1:2379'],
    ['http://localhost:1/', 'localhost:1'],
    ['[::1]:2379', '[::1]:2379'],
    ['0.0.0.0:0', '0.0.0.0:0'],
  ])('%s', (text, written) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(written);
  });

  it.each([
    '',
    '2379',
    ':2379',
    '127.0.0.1',
    'host:',
    'host:65536',
    '::1:2379',
    'https://host:1',
    'host:1/path',
    'a b:1',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeUndefined());

  it('knows what only this machine reaches', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '10.0.0.1', '::', '127.0.0.1.example.org', 'example.org', '128.0.0.1'].some(isLoopback)).toBe(
      false,
    );
  });

  it('knows what stands for every interface', () => {
    expect(['0.0.0.0', '::', '0:0::0'].every(isWildcard)).toBe(true);
    expect(['10.0.0.0', '::1', 'host'].some(isWildcard)).toBe(false);
  });
});
