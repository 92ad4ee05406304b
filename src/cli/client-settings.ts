import type { AccessOptions } from '../server/http/access.ts';
import type { ClientLimits } from '../server/limits.ts';
import type { Settings } from './resolve-settings.ts';

/** What the settings say of clients, as the server takes it. */
export function accessOf({ values }: Settings): AccessOptions {
  return { hostWhitelist: values['host-whitelist'], cors: values.cors ?? [] };
}

export function clientLimitsOf({ values }: Settings): ClientLimits {
  return {
    requestBytesMax: values['max-request-bytes'],
    requestsMax: values['max-requests'],
    connectionsMax: values['max-connections'],
    connectionsPerClientMax: values['max-connections-per-client'] ?? values['max-connections'],
    connectionStreamsMax: values['max-concurrent-streams'],
    pingIntervalMinMs: values['grpc-keepalive-min-time'],
    keepaliveIntervalMs: values['grpc-keepalive-interval'],
    keepaliveTimeoutMs: values['grpc-keepalive-timeout'],
  };
}
