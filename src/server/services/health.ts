import { DatabaseError } from '../../host/database.ts';
import {
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthDefinition,
} from '../generated/grpc/health/v1/health.ts';
import { healthWatchIntervalMs } from '../limits.ts';
import type { CallContext, Method, ResponseStream } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/**
 * gRPC's own health service: a node that leads serves, any other does not, so that whoever balances load by it finds the leader. Only the
 * server as a whole is known, as in etcd.
 */
export function healthMethods(node: Node): readonly Method[] {
  const changes = leadershipOf(node);
  return methodsOf(node, HealthDefinition, {
    check: async ({ service }) => {
      if (service !== '') throw new DatabaseError({ status: 'NotFound', message: 'unknown service' });
      return statusOf(await node.leads());
    },
    watch: ({ service }, context, responses) =>
      service === '' ? watch(changes, context, responses) : watchUnknown(context, responses),
  });
}

function statusOf(leads: boolean): HealthCheckResponse {
  return { status: leads ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
}

async function watch(
  changes: Leadership,
  { signal }: CallContext,
  responses: ResponseStream<HealthCheckResponse>,
): Promise<void> {
  let told: boolean | undefined;
  for (;;) {
    const leads = await changes.next(told, signal);
    told = leads;
    if (!responses.write(statusOf(leads))) await responses.room();
  }
}

/** Services do not come and go here, so that this is the last word; the stream stays, or the client would ask again and again. */
async function watchUnknown({ signal }: CallContext, responses: ResponseStream<HealthCheckResponse>): Promise<void> {
  responses.write({ status: ServingStatus.SERVICE_UNKNOWN });
  await new Promise<never>((_resolve, reject) => onceAborted(signal, reject));
}

interface Leadership {
  /** Resolves with what holds now, as soon as it is not `told`. */
  next(told: boolean | undefined, signal: AbortSignal): Promise<boolean>;
}

/** Looked at now and then while somebody waits, once for all who do. */
function leadershipOf(node: Node): Leadership {
  const waiting = new Set<(leads: boolean) => void>();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    // A node that cannot be asked does not lead.
    const leads = await node.leads().catch(() => false);
    for (const tell of [...waiting]) tell(leads);
    timer = waiting.size === 0 ? undefined : setTimeout(() => void look(), healthWatchIntervalMs);
  }

  return {
    next: (told, signal) =>
      new Promise((resolve, reject) => {
        const forget = () => {
          waiting.delete(tell);
          signal.removeEventListener('abort', onAbort);
        };
        const onAbort = onceAborted(signal, (reason) => {
          forget();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what the call was aborted with
          reject(reason);
        });
        const tell = (leads: boolean) => {
          if (leads === told) return;
          forget();
          resolve(leads);
        };
        if (signal.aborted) return;
        waiting.add(tell);
        if (told === undefined) void node.leads().then(tell, () => tell(false));
        timer ??= setTimeout(() => void look(), healthWatchIntervalMs);
      }),
  };
}

function onceAborted(signal: AbortSignal, tell: (reason: unknown) => void): () => void {
  const onAbort = () => tell(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return onAbort;
}
