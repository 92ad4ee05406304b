import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { createMemoryDisk } from '../../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../../src/adapters/memory-local-store.ts';
import { createNodeCompression } from '../../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../../src/adapters/node-digest.ts';
import { openObjectStore } from '../../../src/adapters/open-store.ts';
import { createSystemClock } from '../../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../../src/adapters/system-random.ts';
import type { Request } from '../../../src/core/types/request.ts';
import { type Node, startNode } from '../../../src/host/node.ts';
import type { ObjectStore } from '../../../src/ports/object-store.ts';
import { authDefaults, createAuthenticator } from '../../../src/server/auth/authenticator.ts';
import { AuthenticateRequest, AuthenticateResponse } from '../../../src/server/generated/etcdserverpb/auth.ts';
import { clientLimitsDefault } from '../../../src/server/limits.ts';
import { startServer } from '../../../src/server/server.ts';
import type { Method } from '../../../src/server/services/call.ts';
import { serverMethods } from '../../../src/server/services/methods.ts';
import { factsOfTest } from '../node-facts.ts';
import { unhurried } from '../../support/unhurried.ts';

/** In what nobody but root may see: keys, values, users, roles. */
export const marker = 'm4rk3d';

/** What anybody may have guessed. */
export const secretKey = 'secret/key';
export const secretLease = 4_711n;

/** Tokens, or the lack of one. */
export const strangers = [
  'without a token',
  'with a token of nobody',
  'with an expired token',
  'with a void token',
] as const;
export type CallerName = (typeof strangers)[number] | 'who may do nothing' | 'root';

export interface Exchange {
  readonly messages: readonly Buffer[];
  /** Code and words; undefined: it went well, or still goes on. */
  readonly refusal: string | undefined;
}

/** A real server, with users and a secret; all that it has is in memory. */
export interface GuardedServer {
  readonly node: Node;
  readonly methods: readonly Method[];
  readonly httpAddress: (caller: CallerName) => string;
  readonly tokenOf: (caller: CallerName) => string | undefined;
  /** For streams: what came until nothing came for a while; `firstMs` is how long the first message may take. */
  call(method: Method, request: Buffer, caller: CallerName, firstMs: number): Promise<Exchange>;
  /** Of everything that the strangers may not change. */
  fingerprint(): Promise<string>;
  /** Another node on the same store, with a server of its own. */
  startStandby(): Promise<StandbyServer>;
  stop(): Promise<void>;
}

export interface StandbyServer extends Pick<GuardedServer, 'node' | 'stop'> {
  /** Without a token. */
  call(method: Method, request: Buffer): Promise<Exchange>;
}

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const auth = { ...authDefaults, bcryptCost: 4, failuresPerMinute: 1_000_000 };
const quietMs = 15;
/** For what has to come. */
export const patienceMs = 20_000;

export async function startGuardedServer(): Promise<GuardedServer> {
  const store = await openObjectStore('memory:');
  const node = nodeOn(store, 1n);
  await node.whenReady();
  const facts = factsOfTest();
  const listen = ['127.0.0.1:0'];
  const server = await startServer({ database: node, listen, log, facts, auth });
  const forgetful = await startServer({ database: node, listen, log, facts, auth: { ...auth, simpleTokenTtlMs: 1 } });
  const addresses = [server.addresses[0]!, forgetful.addresses[0]!] as const;
  const clients = addresses.map((address) => new Client(address, credentials.createInsecure()));

  await fill(node, await hashOf(node, 'secret'));
  const tokens = new Map<CallerName, string>([
    ['with a token of nobody', 'abcdefghijklmnop.1'],
    ['with an expired token', await login(clients[1]!, 'root')],
    ['with a void token', await login(clients[0]!, 'changed')],
    ['who may do nothing', await login(clients[0]!, 'nobody')],
    ['root', await login(clients[0]!, 'root')],
  ]);
  await ask(node, { kind: 'auth-user-change-password', name: 'changed', passwordHash: '' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const indexOf = (caller: CallerName) => (caller === 'with an expired token' ? 1 : 0);

  return {
    node,
    methods: serverMethods(node, createAuthenticator(node, auth, log), clientLimitsDefault, facts),
    httpAddress: (caller) => addresses[indexOf(caller)],
    tokenOf: (caller) => tokens.get(caller),
    call: (method, request, caller, firstMs) =>
      exchange(clients[indexOf(caller)]!, method, request, { token: tokens.get(caller), firstMs }),
    fingerprint: () => fingerprintOf(node),
    startStandby: () => startStandby(store),
    stop: async () => {
      for (const client of clients) client.close();
      await Promise.all([server.stop(100), forgetful.stop(100)]);
      await node.close();
      await store.close();
    },
  };
}

function nodeOn(store: ObjectStore, memberId: bigint): Node {
  return startNode({
    store,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    memberId,
    name: 'guarded',
    clientUrls: ['http://127.0.0.1:2379'],
    durability: 'object',
    ...unhurried,
    log: () => {},
  });
}

async function startStandby(store: ObjectStore): Promise<StandbyServer> {
  const node = nodeOn(store, 2n);
  // It knows its database when it has seen who leads.
  while ((await ask(node, { kind: 'status' })).response.leader === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  const server = await startServer({ database: node, listen: ['127.0.0.1:0'], log, facts: factsOfTest(), auth });
  const client = new Client(server.addresses[0]!, credentials.createInsecure());
  return {
    node,
    call: (method, request) => exchange(client, method, request, { token: undefined, firstMs: patienceMs }),
    stop: async () => {
      client.close();
      await server.stop(100);
      await node.close();
    },
  };
}

function ask<Kind extends Request['kind']>(node: Node, request: Extract<Request, { readonly kind: Kind }>) {
  return node.request<Kind>(request);
}

async function hashOf(node: Node, password: string): Promise<string> {
  const { hasher, close } = createAuthenticator(node, auth, log);
  const hash = await hasher.hash(password, 'here', new AbortController().signal);
  await close();
  return hash;
}

async function fill(node: Node, passwordHash: string): Promise<void> {
  await ask(node, { kind: 'lease-grant', id: secretLease, ttlSeconds: 3_600 });
  for (const [key, lease] of [
    [secretKey, secretLease],
    [`secret/${marker}`, secretLease],
    ['other', 0n],
  ] as const) {
    await ask(node, {
      kind: 'put',
      key,
      value: Buffer.from(`${marker} value`),
      lease,
      previousKv: false,
      ignoreValue: false,
      ignoreLease: false,
    });
  }
  for (const name of ['root', 'nobody', 'changed', `user ${marker}`]) {
    await ask(node, { kind: 'auth-user-add', name, passwordHash, noPassword: false });
  }
  for (const name of ['root', `role ${marker}`]) await ask(node, { kind: 'auth-role-add', name });
  const permission = { type: 'readwrite', key: `${marker}/`, rangeEnd: `${marker}0` } as const;
  await ask(node, { kind: 'auth-role-grant-permission', role: `role ${marker}`, permission });
  await ask(node, { kind: 'auth-user-grant-role', name: 'root', role: 'root' });
  await ask(node, { kind: 'auth-user-grant-role', name: `user ${marker}`, role: `role ${marker}` });
  await ask(node, { kind: 'auth-enable' });
}

async function login(client: Client, name: string): Promise<string> {
  const same = (bytes: Buffer) => bytes;
  const request = Buffer.from(AuthenticateRequest.encode({ name, password: 'secret' }).finish());
  const response = await new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest('/etcdserverpb.Auth/Authenticate', same, same, request, (error, bytes) => {
      if (error === null) resolve(bytes!);
      else reject(error);
    });
  });
  return AuthenticateResponse.decode(response).token;
}

/** Leases but the secret one are left out: any user may have some. */
async function fingerprintOf(node: Node): Promise<string> {
  const { header, response: hash } = await ask(node, { kind: 'hash-kv', revision: 0 });
  const { response: status } = await ask(node, { kind: 'auth-status' });
  const { users } = (await ask(node, { kind: 'auth-user-list' })).response;
  const { roles } = (await ask(node, { kind: 'auth-role-list' })).response;
  const { alarms } = (await ask(node, { kind: 'alarm', action: 'get', alarm: 'none', memberId: 0n })).response;
  const { keys } = (await ask(node, { kind: 'lease-time-to-live', id: secretLease, keys: true })).response;
  const leader = node.role();
  const known = { revision: header.revision, hash, status, users, roles, alarms, keys, leader };
  return JSON.stringify(known, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function exchange(
  client: Client,
  method: Method,
  request: Buffer,
  { token, firstMs }: { readonly token: string | undefined; readonly firstMs: number },
): Promise<Exchange> {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('token', token);
  const path = `/${method.path.service}/${method.path.method}`;
  const same = (bytes: Buffer) => bytes;
  const words = ({ code, details }: ServiceError) => `${code} ${details}`;
  if (method.kind === 'unary') {
    return new Promise((resolve) => {
      const deadline = Date.now() + patienceMs;
      client.makeUnaryRequest(path, same, same, request, metadata, { deadline }, (error, bytes) =>
        resolve(error === null ? { messages: [bytes!], refusal: undefined } : { messages: [], refusal: words(error) }),
      );
    });
  }
  const stream =
    method.kind === 'duplex'
      ? client.makeBidiStreamRequest(path, same, same, metadata)
      : client.makeServerStreamRequest(path, same, same, request, metadata);
  const messages: Buffer[] = [];
  return new Promise((resolve) => {
    let timer = setTimeout(() => settle(undefined), firstMs);
    const settle = (refusal: string | undefined) => {
      clearTimeout(timer);
      stream.cancel();
      resolve({ messages, refusal });
    };
    stream.on('data', (message: Buffer) => {
      messages.push(message);
      clearTimeout(timer);
      timer = setTimeout(() => settle(undefined), quietMs);
    });
    stream.on('error', (error: ServiceError) => settle(words(error)));
    stream.on('end', () => {});
    stream.on('status', ({ code }) => {
      if (code === 0) settle(undefined);
    });
    if (method.kind === 'duplex') (stream as ClientDuplexStream<Buffer, Buffer>).write(request);
  });
}
