import type { IncomingMessage } from 'node:http';

/** Undefined: none that can be answered. */
export function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  const target = `http://host${url}`;
  return url.startsWith('/') && URL.canParse(target) ? new URL(target) : undefined;
}
