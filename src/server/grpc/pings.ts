import type { Http2Server, Http2Session } from 'node:http2';

/**
 * Go's rule for clients that ping too often, as etcd sets it: whoever does so again and again while nothing else goes on is told to calm
 * down, and the connection ends. A ping right after something was sent measures the way, and counts for nothing.
 */
export function limitPings(http2: Http2Server, intervalMinMs: number): void {
  if (intervalMinMs > 0) http2.on('session', (session) => limitPingsOf(session, intervalMinMs));
}

const strikesMax = 2;
/** What answers a ping: a frame's head, and eight bytes. */
const pingBytes = 17;

function limitPingsOf(session: Http2Session, intervalMinMs: number): void {
  let lastMs = -Infinity;
  let sentBytes = 0;
  let strikes = 0;
  session.on('ping', () => {
    const nowMs = performance.now();
    // Gone when the connection is.
    const { bytesWritten = 0 } = session.socket as { readonly bytesWritten?: number };
    const hasSentMore = bytesWritten > sentBytes + pingBytes;
    if (hasSentMore) strikes = 0;
    else if (nowMs - lastMs < intervalMinMs) strikes += 1;
    lastMs = nowMs;
    sentBytes = bytesWritten;
    if (strikes <= strikesMax || session.destroyed) return;
    session.goaway(enhanceYourCalm, undefined, Buffer.from('too_many_pings'));
    setImmediate(() => session.destroy());
  });
}

const enhanceYourCalm = 11;
