/**
 * Runs a command while its processes stand still now and then, as on a machine that others take away for seconds: what passes only
 * on a quiet machine fails here. Mostly every process of the command stops at once; every third time one of them alone, for less.
 *
 *   node scripts/with-stalls.js [--every SECONDS] [--for SECONDS] [--one SECONDS] -- COMMAND [ARGUMENT …]
 *
 * `--every` (30) is the longest time between two stalls, `--for` (9) the longest stall of all, `--one` (2) that of a single process;
 * `T4_SEED` repeats their lengths. Linux: it reads /proc. What a test has stopped itself stays stopped. Exits as the command does.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    every: { type: 'string', default: '30' },
    for: { type: 'string', default: '9' },
    one: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
const [command, ...commandArguments] = positionals;
const [every, longest, longestOfOne] = [values.every, values.for, values.one].map(Number);
if (command === undefined || ![every, longest, longestOfOne].every((seconds) => seconds > 0)) {
  console.error(
    'usage: node scripts/with-stalls.js [--every SECONDS] [--for SECONDS] [--one SECONDS] -- COMMAND [ARGUMENT …]',
  );
  process.exit(2);
}

/** Mulberry32: https://github.com/bryc/code/blob/master/jshash/PRNGs.md. */
let state = Number(process.env.T4_SEED ?? Date.now() % 2 ** 31) >>> 0;
console.error(`stalls: T4_SEED=${state}`);
function chance() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** `[pid, state, group]` of a process, or undefined when it has gone; fields as in proc(5). */
function statusOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [letter, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, letter, group: Number(group) };
  } catch {
    return undefined;
  }
}

function running(group) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statusOf(Number(name)));
  return all
    .filter((status) => status?.group === group && !['T', 'Z', 'X'].includes(status.letter))
    .map(({ pid }) => pid);
}

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

const child = spawn(command, commandArguments, { stdio: 'inherit', detached: true });
const ended = new Promise((resolve) => child.once('exit', (code, name) => resolve(code ?? `signal ${name}`)));
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.kill(-child.pid, name));

let stalls = 0;
async function stall() {
  for (;;) {
    await sleep((0.2 + 0.8 * chance()) * every * 1_000, undefined, { ref: false });
    const one = chance() < 1 / 3;
    const pids = running(child.pid);
    if (pids.length === 0) continue;
    const chosen = one ? [pids[Math.floor(chance() * pids.length)]] : pids;
    stalls += 1;
    signal(chosen, 'SIGSTOP');
    await sleep(chance() * (one ? longestOfOne : longest) * 1_000);
    signal(chosen, 'SIGCONT');
  }
}

void stall();
const code = await ended;
console.error(`stalls: ${stalls}`);
process.exit(typeof code === 'number' ? code : 1);
