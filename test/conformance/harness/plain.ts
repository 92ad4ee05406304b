/** A message with texts for bytes and numbers for numbers of 64 bits, so that two of them compare, and differ readably. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** Who answers is nobody's business here; that it says who it is, is. */
const identities = new Set(['clusterId', 'memberId', 'raftTerm']);

/** Texts longer than this are told by their length and their ends. */
const textCharsMax = 200;

/** Fields named in `exclude` are compared only as to whether they say anything. */
export function plainOf(message: unknown, exclude: ReadonlySet<string>): Plain {
  if (message === undefined || message === null) return null;
  if (typeof message === 'boolean' || typeof message === 'number') return message;
  if (typeof message === 'string') return short(message);
  if (typeof message === 'bigint') return Number.isSafeInteger(Number(message)) ? Number(message) : `${message}n`;
  if (message instanceof Uint8Array) return short(Buffer.from(message).toString('latin1'));
  if (Array.isArray(message)) return message.map((element) => plainOf(element, exclude));
  const plain: Record<string, Plain> = {};
  for (const [name, value] of Object.entries(message)) {
    const full = plainOf(value, exclude);
    plain[name] = identities.has(name) || exclude.has(name) ? presence(full) : full;
  }
  return plain;
}

function presence(plain: Plain): Plain {
  if (typeof plain === 'number') return plain > 0 ? '(some)' : plain;
  if (typeof plain === 'string') return plain === '' ? plain : '(some)';
  if (Array.isArray(plain)) return plain.length === 0 ? plain : '(some)';
  return plain;
}

function short(text: string): string {
  if (text.length <= textCharsMax) return text;
  return `${text.slice(0, 10)}…${text.length} chars…${text.slice(-10)}`;
}
