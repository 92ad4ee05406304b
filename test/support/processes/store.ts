/** The object stores that process tests run on, and the front's controls from outside its process. */
import { fileURLToPath } from 'node:url';
import type { FaultRule } from '../s3-front/faults.ts';
import type { RequestRecord } from '../s3-front/front.ts';
import { startChild } from './child.ts';
import type { Workplace } from './workplace.ts';

export interface StoreUnderTest {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface S3UnderTest extends StoreUnderTest {
  /** Returns the rule's number. */
  inject(rule: FaultRule): Promise<number>;
  /** How many requests the rules have struck. */
  struck(): Promise<number>;
  /** Takes all rules away. */
  heal(): Promise<void>;
  /** Lets parked requests go on. */
  release(): Promise<void>;
  requests(): Promise<readonly RequestRecord[]>;
}

const program = fileURLToPath(new URL('../s3-front/main.ts', import.meta.url));

export function folderStore(workplace: Workplace): StoreUnderTest {
  return { url: `file:${workplace.path('store')}`, environment: {} };
}

export async function startS3Process(workplace: Workplace, seed: number): Promise<S3UnderTest> {
  const child = workplace.add(
    startChild({
      command: [process.execPath, program, '--dir', workplace.path('s3'), '--seed', String(seed)],
      environment: {},
      logFile: workplace.path('s3.log'),
    }),
  );
  const { url, environment, control } = await child.line((line) =>
    line.startsWith('{') ? (JSON.parse(line) as S3Announcement) : undefined,
  );
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    url,
    environment,
    inject: async (rule) => ((await ask('POST', '/faults', rule)) as { readonly id: number }).id,
    async struck() {
      const rules = (await ask('GET', '/faults')) as readonly { readonly struck: number }[];
      return rules.reduce((sum, { struck }) => sum + struck, 0);
    },
    heal: async () => void (await ask('DELETE', '/faults')),
    release: async () => void (await ask('POST', '/release')),
    requests: async () => (await ask('GET', '/requests')) as readonly RequestRecord[],
  };
}

interface S3Announcement {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly control: string;
}
