/**
 * Clients of etcd before 3.5 name the server in `:authority` by its whole URL in some calls, those of 3.5.0 by `#initially=[URL;URL]` in all.
 * Go's HTTP/2 takes that; Node's ends the call with PROTOCOL_ERROR before anybody hears of it. Here such a name is found in a block of headers (HPACK, RFC 7541) and another one put in its
 * place: nobody reads it. What follows in the block, and later blocks that refer to it, mean what they meant: entries of the table are
 * counted from the newest, and a shorter one only stays there longer.
 */
export function withNodesAuthority(block: Buffer): Buffer {
  for (let at = 0; at < block.length;) {
    const first = block.readUInt8(at);
    if ((first & 0x80) !== 0) {
      at = integerAt(block, at, 7).end;
      continue;
    }
    if ((first & 0xe0) === 0x20) {
      at = integerAt(block, at, 5).end;
      continue;
    }
    const name = integerAt(block, at, (first & 0x40) !== 0 ? 6 : 4);
    const valueAt = name.value === 0 ? stringAt(block, name.end).end : name.end;
    const value = stringAt(block, valueAt);
    if (name.value === authorityIndex && isNoName(block.subarray(value.start, value.end), value.isHuffman)) {
      return Buffer.concat([block.subarray(0, valueAt), replacement, block.subarray(value.end)]);
    }
    at = value.end;
  }
  return block;
}

/** In the protocol's own table. */
const authorityIndex = 1;
const replacement = Buffer.concat([Buffer.of(9), Buffer.from('localhost', 'latin1')]);

interface Text {
  readonly start: number;
  readonly end: number;
  readonly isHuffman: boolean;
}

function stringAt(block: Buffer, at: number): Text {
  const length = integerAt(block, at, 7);
  return { start: length.end, end: length.end + length.value, isHuffman: (block.readUInt8(at) & 0x80) !== 0 };
}

/** Throws a RangeError where the block ends before it. */
function integerAt(block: Buffer, at: number, prefixBits: number): { readonly value: number; readonly end: number } {
  const most = 2 ** prefixBits - 1;
  let value = block.readUInt8(at) & most;
  let end = at + 1;
  if (value < most) return { value, end };
  for (let factor = 1; ; factor *= 128) {
    const byte = block.readUInt8(end++);
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return { value, end };
  }
}

function isNoName(value: Buffer, isHuffman: boolean): boolean {
  if (!isHuffman) return /^(?:https?:\/\/|#)/.test(value.toString('latin1'));
  const bits = [...value.subarray(0, 6)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return huffmanBeginnings.some((beginning) => bits.startsWith(beginning));
}

const huffmanCodes: Readonly<Record<string, string>> = {
  h: '100111',
  t: '01001',
  p: '101011',
  s: '01000',
  ':': '1011100',
  '/': '011000',
  '#': '111111111010',
};

const huffmanBeginnings = ['http://', 'https://', '#'].map((text) =>
  [...text].map((character) => huffmanCodes[character]).join(''),
);
