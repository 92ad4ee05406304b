/** What may be changed from outside: how long and how often, and the chance. */

/** Printed by every test, so that what it drew can be drawn again (the moments of a real machine cannot). */
export const seed = numberFrom('T4_SEED', Math.floor(Math.random() * 2 ** 32));

export const killRounds = numberFrom('T4_KILL_ROUNDS', 30);

/** Of each kind of fault. */
export const faultSeconds = numberFrom('T4_FAULT_SECONDS', 2);

/** The shortest that `t4 run` takes: after a SIGKILL the next process waits this long and some more. */
export const leaseTtlShort = '500ms';

/** Checkpoints have to be written, read and cut off by kills. */
export const checkpointSegments = '15';

function numberFrom(name: string, byDefault: number): number {
  const given = process.env[name];
  if (given === undefined || given === '') return byDefault;
  const value = Number(given);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is no number: ${given}`);
  return value;
}
