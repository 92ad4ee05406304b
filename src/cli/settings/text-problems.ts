/** What may be wrong with a text that is a setting's value; undefined: nothing. */

export function wordProblem(given: string): string | undefined {
  return /^[A-Za-z0-9._+/=-]+$/.test(given)
    ? undefined
    : `${JSON.stringify(given)} has a character that is not allowed`;
}

/** Like the other, but the value must not show up in a message. */
export function secretProblem(given: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(given) ? undefined : 'has a space, a line end or another character that is not allowed';
}

export function nameProblem(given: string): string | undefined {
  return given === '' ? 'is empty' : undefined;
}

export function hostProblem(given: string): string | undefined {
  return /^[A-Za-z0-9._:[\]-]+$/.test(given) ? undefined : `${JSON.stringify(given)} is no host name and no address`;
}

export function pathProblem(given: string): string | undefined {
  if (given === '') return 'is empty';
  return given.includes('\0') ? 'has a NUL in it' : undefined;
}

const nodeIdCharsMax = 128;

export function nodeIdProblem(given: string): string | undefined {
  if (given.length > nodeIdCharsMax) return `is longer than ${nodeIdCharsMax} characters`;
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(given)
    ? undefined
    : `${JSON.stringify(given)} is not a name of letters, digits, ".", "_" and "-"`;
}
