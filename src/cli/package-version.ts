import { readFileSync } from 'node:fs';

let version: string | undefined;

/** Two folders up in the source and in the built package alike. */
export function packageVersion(): string {
  if (version !== undefined) return version;
  const description: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  version = (description as { readonly version: string }).version;
  return version;
}
