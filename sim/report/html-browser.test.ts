import { existsSync } from 'node:fs';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { busyRun, lostWriteRun } from '../../test/support/simulated-run.ts';
import { subject as register } from '../examples/register-subject.ts';
import { toHtml } from './html.ts';

/** The page in a real browser, Debian's; without it these are skipped, and `.ci/run` says so. */
const executablePath = '/usr/bin/chromium';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const context = {
  replayCommand: 't4 sim run lost-write.json',
  commit: 'c0ffee1',
  nodeVersion: 'v24.0.0',
  culprit: { kind: 'fault', fault: 'f2' },
} as const;

describe.skipIf(!existsSync(executablePath))('the report in chromium', () => {
  let browser: Browser;
  let folder: string;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 't4-report-'));
    browser = await chromium.launch({ executablePath, args: flags });
  });

  /** No error, no message, and no request to anywhere. */
  afterEach(() => expect(problems).toEqual([]));

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function open(html: string, options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, 'report.html');
    await writeFile(file, html);
    const page = await browser.newPage({ viewport: { width: 1440, height: 1600 }, ...options });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('#plot [data-kind]');
    return page;
  }

  /** Of what the screen shows there: how many colours, and how many pixels are near each of those asked for. */
  async function pixelsOf(
    page: Page,
    selector: string,
    wanted: readonly string[],
  ): Promise<{ colours: number; near: number[] }> {
    const image = await page.locator(selector).screenshot();
    const counting = await browser.newPage();
    const counted = await counting.evaluate<{ colours: number; near: number[] }>(
      countPixels(image.toString('base64'), wanted),
    );
    await counting.close();
    return counted;
  }

  it('shows every group of lanes, the faults and the violated operation', async () => {
    const page = await open(toHtml(lostWriteRun(), context));
    const groups = await page.locator('#plot [data-group]').allTextContents();
    expect(groups).toEqual(['Epochs', 'Revisions', 'Nodes', 'Faults', 'Clients', 'Watches', 'Object store']);
    const lanes = await page
      .locator('#plot [data-lane]')
      .evaluateAll((found) => found.map((lane) => lane.getAttribute('data-lane')));
    expect(lanes).toEqual(
      expect.arrayContaining([
        'nodes:node 0',
        'faults:crash',
        'faults:store-timeout',
        'clients:c1',
        'watches:c2',
        'store:log/',
      ]),
    );
    expect(await page.locator('#plot [data-tone=fired]').count()).toBe(3);
    expect(await page.locator('#plot [data-kind=clients][data-named=true]').count()).toBe(2);
    for (const shape of await page.locator('#plot [data-named=true]').all()) expect(await shape.isVisible()).toBe(true);
    expect(await page.locator('#plot').textContent()).toContain('put a → r3');
    expect(await page.locator('h1').textContent()).toContain('Broken guarantee “durability”');

    const { colours, near } = await pixelsOf(page, '#plot', ['#c4232f', '#7a4bb0', '#46566b', '#2f6db3']);
    expect(colours).toBeGreaterThan(20);
    for (const count of near) expect(count).toBeGreaterThan(60);
    await page.close();
  });

  it('shows a bug that the simulator found', async () => {
    const results = Array.from({ length: 60 }, (_, seed) => register.run(register.generate(seed)));
    const found = results.find(({ verdict }) => verdict.kind === 'safety')!;
    const page = await open(toHtml(found, context));
    expect(await page.locator('#plot [data-kind=nodes]').count()).toBeGreaterThan(3);
    expect(await page.locator('#plot [data-tone=fired]').count()).toBeGreaterThan(0);
    expect(await page.locator('#plot [data-kind=clients][data-named=true]').count()).toBeGreaterThanOrEqual(2);
    const { colours, near } = await pixelsOf(page, '#plot', ['#c4232f', '#7a4bb0']);
    expect(colours).toBeGreaterThan(20);
    for (const count of near) expect(count).toBeGreaterThan(60);
    await page.close();
  });

  it('zooms, filters, tells details and walks by keyboard', async () => {
    const page = await open(toHtml(lostWriteRun(), context));
    const status = page.locator('#status');
    await page.locator('#plot').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await expect.poll(() => status.textContent()).not.toMatch(/^41 of 41/);
    await page.keyboard.press('0');
    await expect.poll(() => status.textContent()).toMatch(/^41 of 41/);
    await page.keyboard.press('n');
    await expect.poll(() => page.locator('#detail').textContent()).toMatch(/^Node 0/);
    await page.locator('#plot [data-tone=fired]').first().hover();
    await expect.poll(() => page.locator('#tip').textContent()).toContain('fault f2 (crash)');
    await page.getByRole('button', { name: 'Named by verdict only' }).click();
    await expect.poll(() => page.locator('#plot [data-kind=clients]').count()).toBe(2);
    await page.getByRole('button', { name: 'Named by verdict only' }).click();
    await page.locator('#text').fill('epoch 2');
    await expect.poll(() => status.textContent()).toContain('(filtered)');
    await page.locator('#text').fill('');
    await page.locator('#node').selectOption('1');
    await expect.poll(() => page.locator('#plot [data-lane="clients:c3"]').count()).toBe(0);
    await page.locator('#node').selectOption('');
    await page.getByRole('button', { name: 'Faults', exact: true }).click();
    await expect.poll(() => page.locator('#plot [data-kind=faults]').count()).toBe(0);
    await page.getByText('Events in view as a table').click();
    await expect.poll(() => page.locator('#rows tr').count()).toBeGreaterThan(20);
    await page.close();
  });

  it('is legible in the dark', async () => {
    const page = await open(toHtml(lostWriteRun(), context), { colorScheme: 'dark' });
    const { near } = await pixelsOf(page, '#plot', ['#14171c', '#ff6b70', '#bb94ec', '#a7b6c9']);
    expect(near[0]).toBeGreaterThan(100_000);
    for (const count of near) expect(count).toBeGreaterThan(60);
    await page.close();
  });

  it('prints on paper', async () => {
    const page = await open(toHtml(lostWriteRun(), context), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.bar').isVisible()).toBe(false);
    const { near } = await pixelsOf(page, '#plot', ['#ffffff', '#b81d29']);
    expect(near[0]).toBeGreaterThan(100_000);
    expect(near[1]).toBeGreaterThan(60);
    const paper = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });

  it('draws thousands of events as a few thousand shapes at most', async () => {
    const page = await open(toHtml(busyRun(5_000), context));
    expect(await page.locator('#status').textContent()).toMatch(/^\d{5} of \d{5} events/);
    expect(await page.locator('#plot *').count()).toBeLessThan(7_000);
    await page.close();
  });
});

/** Runs in the browser, which can decode its own screenshots; as text, since the types of browsers are not known here. */
function countPixels(image: string, wanted: readonly string[]): string {
  return `(async () => {
    const picture = new Image();
    picture.src = 'data:image/png;base64,${image}';
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    canvas.drawImage(picture, 0, 0);
    const bytes = canvas.getImageData(0, 0, picture.width, picture.height).data;
    const wanted = ${JSON.stringify(wanted)}.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    const colours = new Set(), near = wanted.map(() => 0);
    for (let at = 0; at < bytes.length; at += 4) {
      colours.add(bytes[at] * 65536 + bytes[at + 1] * 256 + bytes[at + 2]);
      wanted.forEach((colour, index) => {
        if (colour.every((part, channel) => Math.abs(part - bytes[at + channel]) < 12)) near[index] += 1;
      });
    }
    return { colours: colours.size, near };
  })()`;
}
