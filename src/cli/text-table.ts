/** Rows of text under heads, for a terminal. */
export type Cell = string | number;

/** Nothing for no rows. Numbers are aligned to the right. */
export function textTable(heads: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const widths = heads.map((head, column) =>
    rows.reduce((width, row) => Math.max(width, String(row[column]).length), head.length),
  );
  const numeric = heads.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, column) =>
        numeric[column] === true ? String(cell).padStart(widths[column]!) : String(cell).padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return ['', `  ${line(heads)}`, ...rows.map((row) => `  ${line(row)}`)];
}
