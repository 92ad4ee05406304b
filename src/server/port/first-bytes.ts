import type { Socket } from 'node:net';
import { firstBytesTimeoutMs } from '../limits.ts';

/**
 * Which of two protocols a client speaks, told by what it sends first: HTTP/2 begins with words that no request of HTTP/1.1 can begin
 * with. Whoever keeps silent, or leaves, is let go.
 */
export type Protocol = 'http/1.1' | 'http/2';

const http2Preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** `serve` gets the socket as if nothing had been read from it. The answer forgets a connection that is still waited for. */
export function tellProtocol(socket: Socket, serve: (protocol: Protocol) => void): () => void {
  let seen: Buffer = Buffer.alloc(0);
  const letGo = () => {
    forget();
    // A TLS socket may still tell of the other side's reset.
    socket.on('error', () => undefined);
    socket.destroy();
  };
  const onReadable = () => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
    const protocol = protocolOf(seen);
    if (protocol === undefined) return;
    forget();
    socket.unshift(seen);
    serve(protocol);
  };
  const timer = setTimeout(letGo, firstBytesTimeoutMs);
  const forget = () => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', letGo).off('close', letGo).off('error', letGo);
  };
  socket.on('readable', onReadable).on('end', letGo).on('close', letGo).on('error', letGo);
  return letGo;
}

/** Undefined: more has to be seen. */
function protocolOf(bytes: Buffer): Protocol | undefined {
  const length = Math.min(bytes.length, http2Preface.length);
  if (bytes.compare(http2Preface, 0, length, 0, length) !== 0) return 'http/1.1';
  return length === http2Preface.length ? 'http/2' : undefined;
}
