import { describe, expect, test } from 'vitest';
import { withNodesAuthority } from './authority.ts';

const codes: Readonly<Record<string, string>> = {
  ...{ h: '100111', t: '01001', p: '101011', s: '01000', ':': '1011100', '/': '011000', '.': '010111' },
  '#': '111111111010',
  ...{ '0': '00000', '1': '00001', '2': '00010', '7': '011101' },
};

function huffman(text: string): Buffer {
  const bits = [...text].map((character) => codes[character]!).join('');
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from(padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
}

const plain = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
const packed = (text: string) => {
  const bytes = huffman(text);
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
};
const post = Buffer.of(0x83, 0x86);
/** A path and its name's place, a table's new size, a name that is spelt out, a long index. */
const others = Buffer.concat([
  Buffer.of(0x3f, 0xe1, 0x1f, 0x44),
  plain('/etcdserverpb.Maintenance/Status'),
  Buffer.of(0x40),
  plain('te'),
  plain('trailers'),
  Buffer.of(0x0f, 0x10),
  plain('t'.repeat(60)),
]);
const after = Buffer.concat([Buffer.of(0x40), plain('a'), packed('1'), Buffer.of(0xbe)]);
const localhost = Buffer.concat([Buffer.of(9), Buffer.from('localhost')]);

describe.each([
  ['remembered', 0x41],
  ['not remembered', 0x01],
  ['never to be remembered', 0x11],
])('an authority that is %s', (_how, name) => {
  test.each([
    ['plain', plain('http://127.0.0.1:2')],
    ['packed', packed('http://127.0.0.1:2')],
    ['packed, of TLS', packed('https://127.0.0.1:2')],
    ['plain, as 3.5.0 has it', plain('#initially=[http://127.0.0.1:2]')],
    ['packed, as 3.5.0 has it', packed('#t')],
  ])('as a URL, %s: another is put in its place, all else stays', (_form, value) => {
    const block = Buffer.concat([post, others, Buffer.of(name), value, after]);
    expect(withNodesAuthority(block)).toEqual(Buffer.concat([post, others, Buffer.of(name), localhost, after]));
  });

  test.each([
    ['plain', plain('127.0.0.1:2')],
    ['packed', packed('127.0.0.1:2')],
    ['packed, and begins like one', packed('http:')],
    ['empty', plain('')],
  ])('as a name, %s: nothing is changed', (_form, value) => {
    const block = Buffer.concat([post, others, Buffer.of(name), value, after]);
    expect(withNodesAuthority(block)).toBe(block);
  });
});

test('a URL as another header’s value stays', () => {
  const block = Buffer.concat([
    post,
    Buffer.of(0x44),
    plain('http://127.0.0.1'),
    Buffer.of(0x40),
    plain('a'),
    plain('http://b'),
  ]);
  expect(withNodesAuthority(block)).toBe(block);
});

test('a block that ends too early is none', () => {
  expect(() => withNodesAuthority(Buffer.of(0x41))).toThrow(RangeError);
  expect(() => withNodesAuthority(Buffer.of(0xff, 0xff))).toThrow(RangeError);
});
