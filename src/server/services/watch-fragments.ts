import { Event } from '../generated/mvccpb/kv.ts';
import { WatchResponse } from '../generated/etcdserverpb/watch.ts';

/**
 * Cuts a response so that each message is shorter than `bytesMax`, unless a single event is longer. All but the last say that more
 * is to come. A revision may be cut anywhere: the client puts the fragments together before it looks at them.
 */
export function fragmentsOf(response: WatchResponse, bytesMax: number): readonly WatchResponse[] {
  const { events } = response;
  if (events.length < 2 || bytesBound(events) < bytesMax) return [response];
  const envelopeBytes = WatchResponse.encode({ ...response, fragment: true, events: [] }).finish().length;
  const parts: Event[][] = [];
  let part: Event[] = [];
  let bytes = envelopeBytes;
  for (const event of events) {
    const eventBytes = fieldBytes(event);
    if (part.length > 0 && bytes + eventBytes >= bytesMax) {
      parts.push(part);
      part = [];
      bytes = envelopeBytes;
    }
    part.push(event);
    bytes += eventBytes;
  }
  parts.push(part);
  return parts.map((events, index) => ({ ...response, fragment: index < parts.length - 1, events }));
}

/** More than an event's numbers, tags and lengths can take. */
const eventOverheadBytesMax = 192;

function bytesBound(events: readonly Event[]): number {
  let bytes = eventOverheadBytesMax;
  for (const { kv, prevKv } of events) {
    bytes += eventOverheadBytesMax;
    if (kv !== undefined) bytes += kv.key.length + kv.value.length;
    if (prevKv !== undefined) bytes += prevKv.key.length + prevKv.value.length;
  }
  return bytes;
}

/** An event as a field of the response: one byte of tag, its length, itself. */
function fieldBytes(event: Event): number {
  const bytes = Event.encode(event).finish().length;
  return 1 + varintBytes(bytes) + bytes;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
