/** What the edge holds clients to, as far as it can be set. */
export interface ClientLimits {
  /** A write as etcd would log it may not be longer; a watch response this long is cut, for watchers that asked for it. */
  readonly requestBytesMax: number;
  /** Requests of all clients that the database has not answered yet. */
  readonly requestsMax: number;
  /** Connections to each address, silent ones too. */
  readonly connectionsMax: number;
  /** Of those, from one address of clients; of IPv6 from one /64. */
  readonly connectionsPerClientMax: number;
  readonly connectionStreamsMax: number;
  /** Who pings more often, without anything else going on, is told to calm down. */
  readonly pingIntervalMinMs: number;
  /** A connection on which nothing happens is pinged this often, and closed when no answer comes for so long. */
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
}

/** etcd's own where it has one: clients know them. */
export const clientLimitsDefault: ClientLimits = {
  requestBytesMax: 1_572_864,
  requestsMax: 50_000,
  connectionsMax: 20_000,
  connectionsPerClientMax: 20_000,
  connectionStreamsMax: 4_294_967_295,
  pingIntervalMinMs: 5_000,
  keepaliveIntervalMs: 7_200_000,
  keepaliveTimeoutMs: 20_000,
};

/** So long nobody may have led before clients that want to know are told: longer than a lead takes to pass on. */
export const leaderlessMsMax = 30_000;

/** What etcd's log entry adds to the message itself: its header with the request's id, two tags, two lengths. */
export const requestEnvelopeBytes = 18;

/** No message is read that is longer: half a MiB over what a write may have, so that one just over it gets a reason. */
export function receiveBytesMaxOf({ requestBytesMax }: Pick<ClientLimits, 'requestBytesMax'>): number {
  return requestBytesMax + 524_288;
}

/**
 * Message levels in a request. Only transactions nest, two levels each, and more than 128 of them are refused; everything that
 * walks through a request recurses, and the stack must bear this many levels of it.
 */
export const requestDepthMax = 600;

/** Messages in a request, however small: 10,000 operations in each list of a transaction are half as many. Each costs more than its bytes. */
export const requestMessagesMax = 100_000;

/** Values in an object of JSON, however small. */
export const jsonValuesMax = 200_000;

/** Of a name that reflection is asked for; the longest that there is has some fifty. */
export const reflectionNameCharsMax = 512;

/** Responses of one watch stream that wait for the client; while there are more, nothing that it asks for is looked at. */
export const watchResponsesWaitingMax = 4_096;

/** Keys in the first chunk of a streamed range; later ones grow towards `rangeChunkBytesTarget`. */
export const rangeChunkKeysFirst = 10;

/** A range of more keys is read in chunks, so that of all that it takes only the answer itself is there at once. */
export const rangeKeysAtOnceMax = 10_000;

/** A range that compactions overtake while it is read is begun again; so often, then it is refused. */
export const rangeAttemptsMax = 3;

export const rangeChunkBytesTarget = 1_572_864;

/** Reported to operators who plan by it; nothing is refused because of it. */
export const databaseBytesQuota = 2_147_483_648;

// Connections.

/** Whoever connects has to say something by then. */
export const firstBytesTimeoutMs = 10_000;

export const tlsHandshakeTimeoutMs = 10_000;

// HTTP.

export const httpHeaderBytesMax = 16_384;

/** From the first byte of a request to the end of its headers. */
export const httpHeadersTimeoutMs = 10_000;

/** From there to the end of a body that has to be whole before anything is done. */
export const httpBodyTimeoutMs = 30_000;

/** For reading an answer that came before everything was sent. */
export const unreadLingerMs = 500;

/** What may wait in a websocket before its call is held back. */
export const webSocketBufferBytes = 65_536;

/** On one connection, asked for before the first of them was answered; over HTTP/2 the settings say how many. */
export const httpRequestsWaitingMax = 128;

/** Between two requests on one connection. */
export const httpIdleTimeoutMs = 120_000;

// The port for metrics and health.

/** From the first byte of a request to its last one. */
export const metricsRequestTimeoutMs = 5_000;

export const metricsIdleTimeoutMs = 10_000;

export const metricsConnectionsMax = 256;

/** Who watches the health over gRPC learns of a change about so much later. */
export const healthWatchIntervalMs = 500;

/** A probe has its answer by then: what takes longer is no health. */
export const healthCheckTimeoutMs = 1_000;

/** Of a blob of a snapshot; etcd's. */
export const snapshotBlobBytes = 32 * 1024;
/** A client that takes nothing of its snapshot for so long is given up: what compactions make obsolete is kept for it. */
export const snapshotStallMsMax = 5 * 60_000;

/** Tokens that are alive at once; a busy client takes one, and a command line one for each of its calls. */
export const simpleTokensMax = 65_536;

// The first call of a connection, which is looked at.

/** Who has not called by then is not waited for. */
export const firstCallWaitMs = 1_000;

/** Settings that are not acknowledged by then never will be. */
export const settingsTimeoutMs = 10_000;

/** More than a client may send before it has acknowledged the settings: what the protocol's beginning allows, several times. */
export const firstCallBytesMax = 262_144;

/** Of a login, from whom nobody knows yet: many of them may wait, each with all that it brought. */
export const loginBytesMax = 65_536;
