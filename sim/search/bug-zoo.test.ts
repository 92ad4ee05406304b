import { existsSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { documentFile, documentText, recordFolder, scenarioFile, storeUrl } from './kill-files.ts';
import { holds, readRecords } from './kill-record.ts';
import { staleStory } from './kill-story.ts';
import { loadMutant, mutantNames } from './mutants.ts';
import { createPool } from './pool.ts';

/**
 * The bug zoo as it is kept: the document says what the records say, which names what has not been measured, and the scenario of a story still shows its bug. Where this fails:
 * `npm run sim:kill-table` measures what has no record, `-- --mend` tells stories anew that do not hold any more, `-- --document-only` writes the document.
 */
const records = readRecords(recordFolder);
const stories = [...records.values()].flatMap(({ mutant, story }) =>
  story !== undefined && holds(story) ? [mutant] : [],
);

/** Each story takes a worker of its own: of all of them one in so many is looked at here, `T4_ZOO_STORIES=1` looks at all. */
const oneIn = Number(process.env['T4_ZOO_STORIES'] ?? 6);

const clean = createPool({ workers: 1, subjectUrl: storeUrl });
afterAll(() => clean.close());

test('records are of mutants that there are, and each was killed in every campaign', () => {
  expect([...records.keys()].filter((name) => !mutantNames().includes(name))).toEqual([]);
  const lived = [...records.values()].filter(({ killed, settings }) => killed < settings.campaigns);
  expect(lived.map(({ mutant }) => mutant)).toEqual([]);
  expect([...records.keys()].filter((name) => !existsSync(scenarioFile(name)))).toEqual([]);
});

test('the document is what the records give (npm run sim:kill-table -- --document-only)', async () => {
  expect(readFileSync(documentFile, 'utf8')).toBe(await documentText());
});

test.each(stories.toSorted().filter((_, index) => index % oneIn === 0))(
  'the story of %s still shows its bug, and nothing without it (npm run sim:kill-table -- --mend)',
  async (name) => {
    expect(await staleStory(await loadMutant(name), clean)).toBeUndefined();
  },
);
