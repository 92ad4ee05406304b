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
import type { StoreLocation } from '../adapters/store-url.ts';
import { createStoreUsage } from '../host/store-usage/usage.ts';
import type { Node } from '../host/node.ts';
import type { ClientServer } from '../server/server.ts';
import type { NodeFacts } from '../server/services/admin.ts';
import type { TlsMaterial } from '../server/tls/tls-material.ts';
import { autoCompactionOf } from './auto-compaction-settings.ts';
import { exitCodes, type ExitCode } from './cli-error.ts';
import { accessOf, clientLimitsOf } from './client-settings.ts';
import { formatAddress, type ListenAddress } from './listen-address.ts';
import type { Log } from './log.ts';
import { nodeSettingsOf, toldSettingsOf } from './node-settings.ts';
import { checkTokenKeys, openAutoTls, openGivenTls } from './open-tls.ts';
import type { Settings } from './resolve-settings.ts';
import { checkListen, checkListenMetrics, clientUrlsOf, storeToRunOn } from './run-settings.ts';
import { authSettingsOf, isOpenToAll } from './security-settings.ts';
import { announceReady, warnIfOpen } from './serve/announce.ts';
import { closeNode, untilStopped } from './serve/end.ts';
import type { ReservedPort, ServeParts } from './serve/parts.ts';
import { probeUntilClear } from './serve/probe-until-clear.ts';
import { releaseAll, withRealPorts } from './serve/real-ports.ts';
import type { ServiceManager } from './service-manager/service-manager.ts';
import { onStandingBy } from './standing-by.ts';
import type { StoreTarget } from './store-settings.ts';

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

export async function serve(options: ServeOptions, parts: ServeParts): Promise<ExitCode> {
  const { settings, log, stop } = options;
  const checked = check(settings, log);
  const opened: Opened = [];
  try {
    log.info({ version: options.version, process: process.pid }, 'starting');
    const node = await open(options, parts, checked, opened);
    return await untilStopped(node, log, stop);
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

/** What closes what was opened, in the order in which it was. */
type Opened = (() => Promise<void>)[];

/** What was looked at before anything was opened. */
interface Checked {
  readonly target: StoreTarget;
  readonly listen: readonly ListenAddress[];
  readonly listenMetrics: readonly ListenAddress[];
  /** Undefined: none was given. */
  readonly tls: TlsMaterial | undefined;
}

function check(settings: Settings, log: Log): Checked {
  const target = storeToRunOn(settings);
  const listen = checkListen(settings);
  const listenMetrics = checkListenMetrics(settings);
  clientUrlsOf(settings, listen);
  checkTokenKeys(settings);
  const { 'auto-compaction-mode': mode, 'auto-compaction-retention': compactedAfter } = settings.values;
  autoCompactionOf(mode, compactedAfter);
  return { target, listen, listenMetrics, tls: openGivenTls(settings, log) };
}

async function open(
  options: ServeOptions,
  parts: ServeParts,
  { target, listen, listenMetrics, tls: tlsGiven }: Checked,
  opened: Opened,
): Promise<Node> {
  const { settings, log, stop } = options;
  const { values } = settings;
  const usage = createStoreUsage();
  const since = parts.clock.now();
  const { store, home } = await parts.openStore(target, usage);
  opened.push(() => store.close());
  await probeUntilClear(store, parts, log, stop);

  const dataFolder = dataFolderOf(settings, target.location);
  const local = await openLocal(dataFolder, parts, log);
  opened.push(() => local.close());

  const reserved: ReservedPort[] = [];
  opened.push(() => releaseAll(reserved));
  const addresses = await withRealPorts(listen, parts, reserved);
  const clientUrls = clientUrlsOf(settings, addresses);
  const { wallMs } = since;
  const tls = tlsGiven ?? (await openAutoTls({ settings, log, dataFolder, listen: addresses, clientUrls, wallMs }));

  const { memberId, localStore, disk } = local;
  const name = values['node-id'] ?? nameOf(memberId);
  log.info(
    {
      node: name,
      memberId,
      store: store.description,
      ...(home === '' ? {} : { branch: home }),
      dataDir: dataFolder ?? 'memory',
      durability: values.durability,
    },
    'opening the database',
  );
  stop.throwIfAborted();
  const node = parts.startNode({
    ...nodeSettingsOf(settings),
    store,
    home,
    localStore,
    disk,
    memberId,
    name,
    clientUrls,
    log: (level, message, fields) => log[level](fields, message),
  });
  opened.push(() => closeNode(node, parts));

  await releaseAll(reserved);
  const facts: NodeFacts = {
    store: store.description,
    home,
    settings: toldSettingsOf(settings),
    usage: () => usage.report(),
    countedMs: () => parts.clock.now().monotonicMs - since.monotonicMs,
    countedSinceWallMs: wallMs,
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
  followRole(node, server, options.manager);
  log.info({ addresses: server.addresses }, 'listening');
  if (listenMetrics.length > 0) {
    const http = await parts.startHttp({ listen: listenMetrics, route: server.routes, log });
    opened.push(() => http.stop());
    const urls = http.addresses.map((address) => `http://${formatAddress(address)}`);
    log.info({ urls }, 'serving metrics and health');
  }
  tell(options, parts, node, server, store.description);
  return node;
}

async function openLocal(folder: string | undefined, parts: ServeParts, log: Log): Promise<DataFolder> {
  const local = await parts.openLocal(folder);
  for (const report of local.reports) log.warn({ dataDir: folder }, report);
  if (folder === undefined) log.warn('everything is in memory: it is gone when this process ends');
  return local;
}

/** A store in memory cannot outlive the process, so neither need the rest, unless a folder was asked for. */
function dataFolderOf({ values, sources }: Settings, location: StoreLocation): string | undefined {
  return location.kind === 'memory' && sources.get('data-dir') === 'default' ? undefined : values['data-dir'];
}

function nameOf(memberId: bigint): string {
  return `node-${BigInt.asUintN(64, memberId).toString(16).padStart(16, '0').slice(0, 8)}`;
}

function followRole(node: Node, server: ClientServer, manager: ServiceManager | undefined): void {
  node.onRole((role) => {
    if (role === 'leader') manager?.tell('serving');
    // Another leader may change users, and switch authentication off and on, without this process knowing.
    else server.forgetTokens();
  });
  if (node.role() === 'leader') manager?.tell('serving');
}

/** What people and the service manager are told once the node leads, or stands by for another one. */
function tell(
  { settings, log, stop, manager, ready }: ServeOptions,
  parts: ServeParts,
  node: Node,
  { addresses }: ClientServer,
  store: string,
): void {
  const { durability, 'lease-ttl': leaseMs } = settings.values;
  const standingBy = { node, clock: parts.clock, leaseMs, sleep: parts.sleep.bind(parts), stop };
  onStandingBy(standingBy, ({ name: leader, clientUrls }) => {
    log.info({ addresses, leader, clientUrls }, 'standing by: another node serves clients');
    manager?.tell('standing by', `${leader} serves clients`);
  });
  void announceReady(node, { addresses, store, durability }, log, stop).then((is) => {
    if (is && isOpenToAll(settings)) void warnIfOpen(node, log);
    if (is) ready?.(addresses);
  });
}
