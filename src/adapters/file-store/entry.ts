/** Reading: which etag a key has now, and the body behind it. Works beside any number of writers, without a lock. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bodiesFolder, hasOwnBody, isEtag, objectFolder, parseBodyName, type Layout } from './layout.ts';

/** Attempts at a reading that writers keep outrunning. Each of them stands for a write that went through meanwhile. */
export const readAttemptsMax = 1_000;

/**
 * The etag of the object, or undefined when there is none. A folder read while a swap renames its entry may show the
 * old and the new name together: then it is read again.
 */
export async function currentEtag(layout: Layout, key: string): Promise<string | undefined> {
  const folder = objectFolder(layout, key);
  for (let attempt = 0; attempt < readAttemptsMax; attempt += 1) {
    const etags = (await namesIn(folder)).filter(isEtag);
    if (etags.length <= 1) return etags[0];
  }
  throw Object.assign(new Error(`${folder} has several entries`), { code: 'EINCONSISTENT' });
}

/** The path of the file that holds the body of `etag`, or undefined when the object has moved on or is damaged. */
export async function bodyPath(layout: Layout, key: string, etag: string): Promise<string | undefined> {
  if (hasOwnBody(etag)) return join(objectFolder(layout, key), etag);
  const folder = bodiesFolder(layout, key);
  const name = (await namesIn(folder)).find((candidate) => parseBodyName(candidate)?.etag === etag);
  return name === undefined ? undefined : join(folder, name);
}

export interface FoundObject {
  readonly etag: string;
  readonly body: Uint8Array;
  readonly size: number;
}

/** Bytes of the object from `start` up to `end`, cut at its end. */
export async function readObject(
  layout: Layout,
  key: string,
  start: number,
  end: number,
): Promise<FoundObject | undefined> {
  for (let attempt = 0; attempt < readAttemptsMax; attempt += 1) {
    const etag = await currentEtag(layout, key);
    if (etag === undefined) return undefined;
    const found = await readBody(layout, key, etag, start, end);
    if (found !== undefined) return { etag, ...found };
    if (attempt > 0 && (await currentEtag(layout, key)) === etag) break;
  }
  throw Object.assign(new Error(`the body of ${key} is missing from ${bodiesFolder(layout, key)}`), {
    code: 'EMISSINGBODY',
  });
}

async function readBody(layout: Layout, key: string, etag: string, start: number, end: number) {
  const path = await bodyPath(layout, key, etag);
  if (path === undefined) return undefined;
  const handle = await unlessMissing(open(path, 'r'));
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const from = Math.min(start, size);
    const body = new Uint8Array(Math.min(end, size) - from);
    let filled = 0;
    while (filled < body.length) {
      const { bytesRead } = await handle.read(body, filled, body.length - filled, from + filled);
      if (bytesRead === 0) throw Object.assign(new Error(`${path} ends early`), { code: 'ETRUNCATED' });
      filled += bytesRead;
    }
    return { body, size };
  } finally {
    await handle.close();
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder))) ?? [];
}

export async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException)?.code ?? 'UnknownError';
}
