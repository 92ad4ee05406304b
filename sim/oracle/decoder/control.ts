import { FormatError, hexOfBytes, openEnvelope, type Cursor } from './cursor.ts';

/** `control`, read from docs/design/0004-format.md alone, and what a node that stands by writes of itself. Hashes, ids and nonces are hex. */

export interface DecodedControl {
  readonly databaseId: string;
  readonly epoch: number;
  readonly released: boolean;
  /** Of a lease that was given back: whom it is left to. */
  readonly heir: string | undefined;
  readonly leaseMs: number;
  readonly renewal: number;
  readonly rule: 'object' | 'local';
  readonly durableSlot: number;
  readonly inSync: readonly string[];
  readonly leader:
    | {
        readonly memberId: string;
        readonly name: string;
        readonly nonce: string;
        readonly clientUrls: readonly string[];
      }
    | undefined;
}

const rules = new Map([
  [1, 'object'],
  [2, 'local'],
] as const);

export function decodeControl(bytes: Uint8Array): DecodedControl {
  const cursor = openEnvelope('T4ct', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const epoch = cursor.varint();
  const releasedTag = cursor.u8();
  if (releasedTag > 2) throw new FormatError(`released ${releasedTag}`);
  const heir = releasedTag === 2 ? cursor.id64() : undefined;
  const released = releasedTag > 0;
  const leaseMs = cursor.varint();
  const renewal = cursor.varint();
  const ruleTag = cursor.u8();
  const rule = rules.get(ruleTag as 1 | 2);
  if (rule === undefined) throw new FormatError(`rule ${ruleTag}`);
  const durableSlot = cursor.varint();
  const inSync = cursor.list((inner) => inner.id64());
  const leader = cursor.flag() ? decodeLeader(cursor) : undefined;
  cursor.finish();
  return { databaseId, epoch, released, heir, leaseMs, renewal, rule, durableSlot, inSync, leader };
}

function decodeLeader(cursor: Cursor): NonNullable<DecodedControl['leader']> {
  const memberId = cursor.id64();
  const name = cursor.text();
  const nonce = hexOfBytes(cursor.raw(16));
  return { memberId, name, nonce, clientUrls: cursor.list((inner) => inner.text()) };
}

export interface DecodedNode {
  readonly databaseId: string;
  readonly memberId: string;
  readonly beat: number;
  readonly intervalMs: number;
  readonly name: string;
  readonly clientUrls: readonly string[];
}

/** What a node that stands by says of itself. */
export function decodeNode(bytes: Uint8Array): DecodedNode {
  const cursor = openEnvelope('T4nd', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const memberId = cursor.id64();
  const beat = cursor.varint();
  const intervalMs = cursor.varint();
  const name = cursor.text();
  const clientUrls = cursor.list((inner) => inner.text());
  cursor.finish();
  return { databaseId, memberId, beat, intervalMs, name, clientUrls };
}
