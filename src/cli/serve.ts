/**
 * The life of a server process, from its settings to its exit code.
 *
 * - Nothing is opened before the settings make sense as a whole; nothing is written to the store before it proved that it
 *   honours conditions.
 * - The port is open while the node stands by or recovers: it answers truthfully that it does not lead.
 * - A stop takes no new calls, lets those under way finish for `drain-timeout`, gives the lead back, and closes what was
 *   opened, last first. Every step has a bound.
 */
import type { DataFolder } from '../adapters/data-folder.ts';
import type { ProbeVerdict } from '../adapters/store-probe.ts';
import { createStoreUsage, type StoreUsage } from '../host/store-usage/usage.ts';
import type { StoreLocation } from '../adapters/store-url.ts';
import type { Node, NodeOptions } from '../host/node.ts';
import type { FamilyStore } from '../library/open-family-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ClientServer, ServerOptions } from '../server/server.ts';
import type { HttpServer, HttpServerOptions } from '../server/http/http-server.ts';
import type { NodeFacts } from '../server/services/admin.ts';
import type { TlsMaterial } from '../server/tls/tls-material.ts';
import { CliError, exitCodes, type ExitCode } from './cli-error.ts';
import { formatAddress, type ListenAddress } from './listen-address.ts';
import type { Log } from './log.ts';
import { checkTokenKeys, openAutoTls, openGivenTls } from './open-tls.ts';
import type { Settings } from './resolve-settings.ts';
import type { ServiceManager } from './service-manager/service-manager.ts';
import { onStandingBy } from './standing-by.ts';
import { autoCompactionOf } from './auto-compaction-settings.ts';
import { acceptsLocalLoss, checkListen, checkListenMetrics, clientUrlsOf, storeToRunOn } from './run-settings.ts';
import { accessOf, clientLimitsOf } from './client-settings.ts';
import { authSettingsOf, isOpenToAll } from './security-settings.ts';
import type { StoreTarget } from './store-settings.ts';

/** The world outside of this file, so that tests can be it. */
export interface ServeParts {
  openStore(target: StoreTarget, usage: StoreUsage): Promise<FamilyStore>;
  clock: Clock;
  probe(store: ObjectStore): Promise<ProbeVerdict>;
  /** Undefined: in memory. */
  openLocal(path: string | undefined): Promise<DataFolder>;
  reservePort(host: string): Promise<ReservedPort>;
  startNode(options: Omit<NodeOptions, 'clock' | 'random' | 'digest' | 'compression'>): Node;
  startServer(options: ServerOptions): Promise<ClientServer>;
  startHttp(options: HttpServerOptions): Promise<HttpServer>;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** A port that nobody else gets until it is released: the node tells others its address before its server listens. */
export interface ReservedPort {
  readonly port: number;
  release(): Promise<void>;
}

export interface ServeOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Log;
  /** Aborted: stop in good order. */
  readonly stop: AbortSignal;
  /** Undefined: nobody wants to know how this process is. */
  readonly manager?: ServiceManager | undefined;
  /** Clients are served from now on, at these addresses. */
  ready?(addresses: readonly string[]): void;
}

/** How long a store that does not answer is asked again at start, and how long between. */
const probeAttemptsMax = 10;
export const probePauseMs = 3_000;
/** Giving the lead back takes a write to the store; without it another node waits for the lease to end, no more. */
const closeTimeoutMs = 15_000;

export async function serve(options: ServeOptions, parts: ServeParts): Promise<ExitCode> {
  const { settings, log, stop } = options;
  const target = storeToRunOn(settings);
  const listen = checkListen(settings);
  checkListenMetrics(settings);
  clientUrlsOf(settings, listen);
  checkTokenKeys(settings);
  const { 'auto-compaction-mode': mode, 'auto-compaction-retention': compactedAfter } = settings.values;
  autoCompactionOf(mode, compactedAfter);
  const tls = openGivenTls(settings, log);
  const opened: (() => Promise<void>)[] = [];
  try {
    log.info({ version: options.version, process: process.pid }, 'starting');
    return await serveWith(options, parts, { target, listen, tls }, opened);
  } catch (error) {
    if (!stop.aborted) throw error;
    log.info({ error }, 'stopped before it was ready');
    return exitCodes.ok;
  } finally {
    for (const close of opened.reverse()) {
      await close().catch((error: unknown) => log.warn({ error }, 'could not close in good order'));
    }
  }
}

/** What was looked at before anything was opened. */
interface Checked {
  readonly target: StoreTarget;
  readonly listen: readonly ListenAddress[];
  /** Undefined: none was given. */
  readonly tls: TlsMaterial | undefined;
}

async function serveWith(
  { settings, log, stop, manager, ready }: ServeOptions,
  parts: ServeParts,
  { target, listen, tls: tlsGiven }: Checked,
  opened: (() => Promise<void>)[],
): Promise<ExitCode> {
  const { values } = settings;
  const usage = createStoreUsage();
  const since = parts.clock.now();
  const { store, home } = await parts.openStore(target, usage);
  opened.push(() => store.close());
  await probeUntilClear(store, parts, log, stop);

  const folder = dataFolderOf(settings, target.location);
  const local = await parts.openLocal(folder);
  opened.push(() => local.close());
  for (const report of local.reports) log.warn({ dataDir: folder }, report);
  if (folder === undefined) log.warn('everything is in memory: it is gone when this process ends');

  const reserved: ReservedPort[] = [];
  opened.push(() => releaseAll(reserved));
  const addresses = await withRealPorts(listen, parts, reserved);
  const tls =
    tlsGiven ??
    (await openAutoTls({
      settings,
      log,
      dataFolder: folder,
      listen: addresses,
      clientUrls: clientUrlsOf(settings, addresses),
      wallMs: since.wallMs,
    }));
  const name = values['node-id'] ?? nameOf(local.memberId);
  log.info(
    {
      node: name,
      memberId: local.memberId,
      store: store.description,
      ...(home === '' ? {} : { branch: home }),
      dataDir: folder ?? 'memory',
      durability: values.durability,
    },
    'opening the database',
  );
  stop.throwIfAborted();
  const node = parts.startNode({
    store,
    home,
    localStore: local.localStore,
    disk: local.disk,
    memberId: local.memberId,
    name,
    clientUrls: clientUrlsOf(settings, addresses),
    durability: values.durability,
    acceptLocalLoss: acceptsLocalLoss(settings),
    leaseMs: values['lease-ttl'],
    memberIntervalMs: values['member-interval'],
    logInflightMax: values['log-inflight-max'],
    uploadIntervalMs: values['upload-interval'],
    checkpointSegments: values['checkpoint-segments'],
    checkpointIntervalMs: values['checkpoint-interval'],
    ...(values.retention === undefined ? {} : { retention: values.retention }),
    collectIntervalMs: values['collect-interval'],
    collectGraceMs: values['collect-grace'],
    autoCompaction: autoCompactionOf(values['auto-compaction-mode'], values['auto-compaction-retention']),
    requestTimeoutMs: values['request-timeout'],
    quotaBackendBytes: values['quota-backend-bytes'],
    txnOperationsMax: values['max-txn-ops'],
    valueCacheBytes: values['value-cache-size'],
    watchProgressNotifyIntervalMs: values['watch-progress-notify-interval'],
    log: (level, message, fields) => log[level](fields, message),
  });
  opened.push(() => closeNode(node, parts));

  await releaseAll(reserved);
  const facts: NodeFacts = {
    store: store.description,
    home,
    settings: {
      durability: values.durability,
      leaseMs: values['lease-ttl'],
      uploadIntervalMs: values['upload-interval'],
      checkpointSegments: values['checkpoint-segments'],
      checkpointIntervalMs: values['checkpoint-interval'],
      collectIntervalMs: values['collect-interval'],
      collectGraceMs: values['collect-grace'],
      logInflightMax: values['log-inflight-max'],
      memberIntervalMs: values['member-interval'],
    },
    usage: () => usage.report(),
    countedMs: () => parts.clock.now().monotonicMs - since.monotonicMs,
    countedSinceWallMs: since.wallMs,
  };
  const server = await parts.startServer({
    database: node,
    listen: addresses.map(formatAddress),
    ...(tls === undefined ? {} : { tls }),
    auth: authSettingsOf(settings),
    access: accessOf(settings),
    limits: clientLimitsOf(settings),
    log,
    facts,
  });
  opened.push(() => server.stop(values['drain-timeout']));
  // Another leader may change users, and switch authentication off and on, without this process knowing.
  node.onRole((role) => {
    if (role === 'leader') manager?.tell('serving');
    else server.forgetTokens();
  });
  if (node.role() === 'leader') manager?.tell('serving');
  log.info({ addresses: server.addresses }, 'listening');
  const listenMetrics = checkListenMetrics(settings);
  if (listenMetrics.length > 0) {
    const http = await parts.startHttp({ listen: listenMetrics, route: server.routes, log });
    opened.push(() => http.stop());
    log.info(
      { urls: http.addresses.map((address) => `http://${formatAddress(address)}`) },
      'serving metrics and health',
    );
  }
  const standingBy = { node, clock: parts.clock, leaseMs: values['lease-ttl'], sleep: parts.sleep.bind(parts), stop };
  onStandingBy(standingBy, ({ name: leader, clientUrls }) => {
    log.info({ addresses: server.addresses, leader, clientUrls }, 'standing by: another node serves clients');
    manager?.tell('standing by', `${leader} serves clients`);
  });
  const told = { store: store.description, durability: values.durability };
  void announceReady(node, server, told, log, stop).then((is) => {
    if (is && isOpenToAll(settings)) void warnIfOpen(node, log);
    if (is) ready?.(server.addresses);
  });
  return untilStopped(node, log, stop);
}

async function probeUntilClear(store: ObjectStore, parts: ServeParts, log: Log, stop: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    stop.throwIfAborted();
    const verdict = await unlessStopped(parts.probe(store), stop);
    if (verdict.kind === 'ok') return;
    const hopeless = verdict.kind === 'conditions-ignored' || verdict.problem.permanent;
    if (hopeless || attempt === probeAttemptsMax) throw new CliError(exitCodes.failed, verdict.message, verdict.hint);
    log.warn({ problem: verdict.message, attempt, attemptsMax: probeAttemptsMax }, 'the store does not answer yet');
    await parts.sleep(probePauseMs, stop);
  }
}

/** A store that keeps a request waiting must not keep a stop waiting. */
async function unlessStopped<Value>(value: Promise<Value>, stop: AbortSignal): Promise<Value> {
  value.catch(() => undefined);
  let forget = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const onStop = (): void => reject(new Error('a stop was asked for'));
    stop.addEventListener('abort', onStop, { once: true });
    forget = () => stop.removeEventListener('abort', onStop);
  });
  try {
    return await Promise.race([value, stopped]);
  } finally {
    forget();
  }
}

/** A store in memory cannot outlive the process, so neither need the rest, unless a folder was asked for. */
function dataFolderOf({ values, sources }: Settings, location: StoreLocation): string | undefined {
  return location.kind === 'memory' && sources.get('data-dir') === 'default' ? undefined : values['data-dir'];
}

/** As asked for, with a port that is reserved instead of each 0. */
async function withRealPorts(
  listen: readonly ListenAddress[],
  parts: ServeParts,
  reserved: ReservedPort[],
): Promise<readonly ListenAddress[]> {
  const addresses: ListenAddress[] = [];
  for (const address of listen) {
    if (address.port !== 0) {
      addresses.push(address);
      continue;
    }
    const one = await parts.reservePort(address.host);
    reserved.push(one);
    addresses.push({ host: address.host, port: one.port });
  }
  return addresses;
}

async function releaseAll(reserved: ReservedPort[]): Promise<void> {
  for (const one of reserved.splice(0)) await one.release();
}

function nameOf(memberId: bigint): string {
  return `node-${BigInt.asUintN(64, memberId).toString(16).padStart(16, '0').slice(0, 8)}`;
}

/** The one line that says: clients are served from now on. False: it never came to that. */
async function announceReady(
  node: Node,
  server: ClientServer,
  facts: object,
  log: Log,
  stop: AbortSignal,
): Promise<boolean> {
  try {
    await node.whenReady(stop);
    const { response } = await node.request<'status'>({ kind: 'status' });
    const { revision, epoch } = response;
    log.info({ addresses: server.addresses, ...facts, revision, epoch }, 'ready to serve client requests');
    return true;
  } catch (error) {
    if (!stop.aborted) log.debug({ error }, 'stopped before it was ready');
    return false;
  }
}

/** Told once, and refused to nobody: there are no users before somebody has come in to make them. */
async function warnIfOpen(node: Node, log: Log): Promise<void> {
  try {
    const { response } = await node.request<'auth-status'>({ kind: 'auth-status' });
    if (response.enabled) return;
    log.warn('authentication is not enabled: whoever reaches the address can read and write everything');
  } catch (error) {
    log.debug({ error }, 'whether authentication is enabled could not be told');
  }
}

async function untilStopped(node: Node, log: Log, stop: AbortSignal): Promise<ExitCode> {
  const asked = new Promise<'asked'>((resolve) => {
    if (stop.aborted) resolve('asked');
    stop.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  const end = await Promise.race([asked, node.stopped]);
  if (end === 'asked') {
    log.info({ reason: String(stop.reason) }, 'stopping: no new requests are taken');
    return exitCodes.ok;
  }
  throw new CliError(exitCodes.failed, `the node stopped: ${end.failure ?? 'nobody asked it to'}`);
}

async function closeNode(node: Node, parts: ServeParts): Promise<void> {
  const closed = new AbortController();
  const late = parts.sleep(closeTimeoutMs, closed.signal).then(
    () => {
      throw new Error(`the lead was not given back within ${closeTimeoutMs} ms; it ends by itself with its lease`);
    },
    () => undefined,
  );
  try {
    await Promise.race([node.close(), late.then(() => new Promise<never>(() => undefined))]);
  } finally {
    closed.abort();
  }
}
