/** Lines as etcd's zap writes them. */

/** A member of a JSON object, with a comma in front: microseconds, of which the last three are never known here. */
export function zapTime(): string {
  return `,"ts":"${new Date().toISOString().replace(/Z$/, '000Z')}"`;
}

/** Time, level, message and the other fields, with tabs between. */
export function zapColumns(line: string): string {
  const { level, ts, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.keys(fields).length === 0 ? '' : `\t${JSON.stringify(fields)}`;
  return `${String(ts)}\t${String(level)}\t${String(msg)}${rest}\n`;
}
