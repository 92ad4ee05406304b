/**
 * A temporary folder and the processes of one test in it. When the test is over every process that still runs is killed; when it
 * failed, the folder stays and the ends of the logs are shown.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { tail, type Child } from './child.ts';

export interface Workplace {
  path(name: string): string;
  add(child: Child): Child;
}

export async function openWorkplace({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), 't4-processes-'));
  const children: Child[] = [];
  onTestFinished(async ({ task }) => {
    await Promise.all(children.map((child) => child.kill()));
    if (task.result?.state !== 'fail') {
      await rm(directory, { recursive: true, force: true });
      return;
    }
    for (const name of await readdir(directory)) {
      if (!name.endsWith('.log')) continue;
      console.error(`--- ${join(directory, name)}\n${tail(await readFile(join(directory, name), 'utf8'))}`);
    }
  });
  return {
    path: (name) => join(directory, name),
    add(child) {
      children.push(child);
      return child;
    },
  };
}
