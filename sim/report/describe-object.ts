/**
 * What an object of our own format says of itself in its first bytes (docs/design/0004-format.md), unverified: for pictures and stories,
 * which show damaged objects too. Undefined for bytes of any other shape, as those of a researcher's own system.
 */
export interface ObjectDescription {
  readonly text: string;
  readonly epoch?: number;
  readonly fence?: boolean;
}

const segmentHeaderBytes = 107;
const databaseIdEnd = 22;

export function describeObject(bytes: Uint8Array): ObjectDescription | undefined {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === 'T4sg') return describeSegment(bytes);
  if (magic === 'T4ct') return withEpoch('control', bytes);
  if (magic === 'T4mf') return withEpoch('manifest', bytes);
  if (magic === 'T4ar') return { text: 'archive' };
  if (magic === 'T4nd') return { text: 'node that stands by' };
  if (magic === 'T4cp') return { text: 'checkpoint' };
  return magic === 'T4ck' ? { text: 'chunk' } : undefined;
}

function describeSegment(bytes: Uint8Array): ObjectDescription | undefined {
  if (bytes.length < segmentHeaderBytes) return { text: 'segment, cut short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const epoch = Number(view.getBigUint64(30));
  const fence = view.getUint8(54) === 1;
  const kind = fence ? 'fencing segment' : 'segment';
  return { text: `${kind} of slot ${view.getBigUint64(22)}, epoch ${epoch}`, epoch, fence };
}

function withEpoch(kind: string, bytes: Uint8Array): ObjectDescription {
  let epoch = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[databaseIdEnd + index];
    if (byte === undefined) return { text: `${kind}, cut short` };
    epoch += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return { text: `${kind}, epoch ${epoch}`, epoch };
}
