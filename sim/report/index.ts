/** What a run looks like to people and to other tools. Pure: results in, strings out; whoever calls writes the files. */
export type { ReportContext } from './context.ts';
export { story, storyEventsMax, storyOf } from './story.ts';
export { toHtml } from './html.ts';
export type { ReportLink } from './html.ts';
export { verdictText } from './verdict.ts';
export { toJepsenEdn } from './exports/jepsen.ts';
export { toJunitXml } from './exports/junit.ts';
export type { JunitCase } from './exports/junit.ts';
export { toPerfettoJson } from './exports/perfetto.ts';
export { toPorcupineJson } from './exports/porcupine.ts';
export type { PorcupineHistory, PorcupineOperation, PorcupineOutput } from './exports/porcupine.ts';
export { toSummaryJson } from './exports/summary.ts';
