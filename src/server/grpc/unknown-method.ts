import type { handleBidiStreamingCall, Server } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';

/**
 * Calls of methods that nobody registered, answered in the words of Go's gRPC. The library has words of its own and no way to change
 * them: its table of handlers is private. What is done to it here is checked first, so that a new version cannot quietly undo it.
 */
export function answerUnknownMethods(server: Server, services: ReadonlySet<string>): void {
  const { handlers } = server as unknown as { readonly handlers: unknown };
  if (!(handlers instanceof Map)) throw new Error('this version of @grpc/grpc-js keeps its handlers elsewhere');
  const table = handlers as Map<unknown, unknown>;
  const registered = table.get.bind(table);
  table.get = (path) => registered(path) ?? unknownMethod(String(path), services);
}

function unknownMethod(path: string, services: ReadonlySet<string>): unknown {
  const details = unknownMethodWords(path, services);
  // Told at once, without waiting for a message: nobody knows how many there would be.
  const func: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.emit('error', { code: status.UNIMPLEMENTED, details });
    call.resume();
  };
  const same = (bytes: Buffer) => bytes;
  return { func, path, type: 'bidi', serialize: same, deserialize: same };
}

export function unknownMethodWords(path: string, services: ReadonlySet<string>): string {
  const cut = path.lastIndexOf('/');
  if (!path.startsWith('/') || cut <= 0) return `malformed method name: ${JSON.stringify(path)}`;
  const service = path.slice(1, cut);
  if (!services.has(service)) return `unknown service ${service}`;
  return `unknown method ${path.slice(cut + 1)} for service ${service}`;
}
