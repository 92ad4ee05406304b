import type { DataFolder } from '../../adapters/data-folder.ts';
import type { ProbeVerdict } from '../../adapters/store-probe.ts';
import type { Node, NodeOptions } from '../../host/node.ts';
import type { StoreUsage } from '../../host/store-usage/usage.ts';
import type { FamilyStore } from '../../library/open-family-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { HttpServer, HttpServerOptions } from '../../server/http/http-server.ts';
import type { ClientServer, ServerOptions } from '../../server/server.ts';
import type { StoreTarget } from '../store-settings.ts';

/** The world that a server process lives in, so that tests can be it. */
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
