import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { lostWriteRun } from '../../test/support/simulated-run.ts';
import { toHtml } from './html.ts';

const context = { replayCommand: 't4 sim run x.json', commit: 'c0ffee1', nodeVersion: 'v24.0.0' };
const hostile = '</script><img src=x onerror=alert(1)>';

describe('toHtml', () => {
  it('loads nothing from anywhere', () => {
    const html = toHtml(lostWriteRun(), context);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|\bimport\s*\(|\bfetch\s*\(|@import|url\((?!#)/,
    );
    expect(html).toContain("default-src 'none'");
  });

  it('has a script that compiles', () => {
    const script = /<script>([\s\S]*?)<\/script>/.exec(toHtml(lostWriteRun(), context))![1]!;
    expect(() => new Script(script)).not.toThrow();
    expect(() => new Script(`${script})`)).toThrow(SyntaxError);
  });

  it('lets no name, key or message break out of its place', () => {
    const run = lostWriteRun();
    const history = run.history.map((event) =>
      event.kind === 'fault'
        ? { ...event, detail: hostile }
        : event.kind === 'invoke'
          ? { ...event, client: hostile }
          : event,
    );
    const scenario = { ...run.scenario, name: hostile };
    const html = toHtml({ ...run, history, scenario }, { ...context, replayCommand: hostile }, [
      { label: hostile, href: hostile },
    ]);
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  it('is the same for the same run', () => {
    expect(toHtml(lostWriteRun(), context)).toBe(toHtml(lostWriteRun(), context));
  });
});
