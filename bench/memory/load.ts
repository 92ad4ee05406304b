/** What a measured server is made to do. Clients count what they get and keep nothing of it. */
import { Client, credentials, type ClientReadableStream } from '@grpc/grpc-js';
import { KVDefinition, PutRequest, RangeRequest, TxnRequest } from '../../src/server/generated/etcdserverpb/kv.ts';
import { WatchDefinition, WatchRequest, WatchResponse } from '../../src/server/generated/etcdserverpb/watch.ts';
import { openConnection, type Connection } from '../generator/connection.ts';
import { messageFrame } from '../generator/frames.ts';

const callsAtOnce = 128;
const same = (bytes: Buffer) => bytes;
const emptyRange = RangeRequest.decode(new Uint8Array(0));
const emptyPut = PutRequest.decode(new Uint8Array(0));

/** A hundred keys, over and over, each time with another value. */
export async function overwrite(port: number, writes: number, valueBytes: number): Promise<void> {
  const connection = await openConnection(port, pathOf(KVDefinition.fullName, 'Put'));
  await atOnce(writes, (index) => {
    const value = Buffer.alloc(valueBytes, index);
    const key = Buffer.from(`${overwrittenPrefix}${index % 100}`);
    return callOn(connection, PutRequest.encode({ ...emptyPut, key, value }).finish());
  });
  connection.close();
}

export const overwrittenPrefix = 'overwritten/';

/** Keys of 64 bytes, in transactions of as many as one frame holds. */
export async function fill(port: number, keys: number, valueBytes: number): Promise<void> {
  const connection = await openConnection(port, pathOf(KVDefinition.fullName, 'Txn'));
  const perTransaction = Math.max(1, Math.min(100, Math.floor(14_000 / (valueBytes + 80))));
  await atOnce(Math.ceil(keys / perTransaction), (index) => {
    const first = index * perTransaction;
    const count = Math.min(perTransaction, keys - first);
    const success = Array.from({ length: count }, (_, offset) => {
      const key = Buffer.from(`filled/${String(first + offset).padStart(57, '0')}`);
      return {
        request: {
          $case: 'requestPut' as const,
          value: { ...emptyPut, key, value: Buffer.alloc(valueBytes, first + offset) },
        },
      };
    });
    return callOn(connection, TxnRequest.encode({ compare: [], success, failure: [] }).finish());
  });
  connection.close();
}

const everyKey: Uint8Array = RangeRequest.encode({
  ...emptyRange,
  key: Buffer.from('filled/'),
  rangeEnd: Buffer.from('filled0'),
}).finish();

/** Bytes of the answer. */
export function readAll(port: number, method: 'Range' | 'RangeStream'): Promise<number> {
  const client = clientOf(port);
  const request = Buffer.from(everyKey);
  const path = pathOf(KVDefinition.fullName, method);
  return new Promise<number>((resolve, reject) => {
    if (method === 'Range') {
      client.makeUnaryRequest(path, same, same, request, (error, answer) =>
        error === null ? resolve(answer!.length) : reject(error),
      );
      return;
    }
    let bytes = 0;
    const stream: ClientReadableStream<Buffer> = client.makeServerStreamRequest(path, same, same, request);
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    stream.on('error', reject).on('end', () => resolve(bytes));
  }).finally(() => client.close());
}

export interface Watchers {
  /** Events that came, to all of them together. */
  events(): number;
  close(): void;
}

/** Resolves when the server has created them all. Every one sees every overwritten key. */
export async function openWatchers(port: number, shape: WatcherShape): Promise<Watchers> {
  let events = 0;
  const clients = Array.from({ length: shape.connections }, () => clientOf(port));
  const calls = clients.flatMap((client) =>
    Array.from({ length: shape.streams }, () => {
      const call = client.makeBidiStreamRequest(pathOf(WatchDefinition.fullName, 'Watch'), same, same);
      const created = new Promise<void>((resolve, reject) => {
        let left = shape.watchers;
        call.on('data', (bytes: Buffer) => {
          const message = WatchResponse.decode(bytes);
          events += message.events.length;
          if (message.created && --left === 0) resolve();
        });
        call.on('error', reject);
      });
      for (let watcher = 0; watcher < shape.watchers; watcher++) call.write(Buffer.from(watchRequest));
      return { call, created };
    }),
  );
  await Promise.all(calls.map(({ created }) => created));
  return {
    events: () => events,
    close: () => {
      for (const { call } of calls) {
        call.removeAllListeners('error').on('error', () => undefined);
        call.cancel();
      }
      for (const client of clients) client.close();
    },
  };
}

export interface WatcherShape {
  readonly connections: number;
  /** Of each connection. */
  readonly streams: number;
  /** Of each stream. */
  readonly watchers: number;
}

/** Every overwritten key, with what it was before. */
export const watchRequest: Uint8Array = WatchRequest.encode({
  requestUnion: {
    $case: 'createRequest',
    value: {
      key: Buffer.from(overwrittenPrefix),
      rangeEnd: Buffer.from('overwritten0'),
      startRevision: 0n,
      progressNotify: false,
      filters: [],
      prevKv: true,
      watchId: 0n,
      fragment: false,
    },
  },
}).finish();

function clientOf(port: number): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  });
}

function pathOf(service: string, method: string): string {
  return `/${service}/${method}`;
}

function callOn(connection: Connection, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send({ message: messageFrame(message), answered: () => resolve(), failed: reject });
    connection.flush();
  });
}

async function atOnce(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: callsAtOnce }, worker));
}
