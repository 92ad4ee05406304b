/**
 * Names of files on a disk port: flat, lower case, ASCII. They mean the same on every file system, sort by bytes, and
 * never reach outside their folder.
 */
export const diskFileNameLengthMax = 200;
export const asideFolderName = 'aside';

const diskFileNamePattern = /^[a-z0-9][a-z0-9.-]*$/;

export function isDiskFileName(name: string): boolean {
  return name.length <= diskFileNameLengthMax && name !== asideFolderName && diskFileNamePattern.test(name);
}

/** A bad name is our bug, not the world's. */
export function assertDiskFileName(name: string): void {
  if (isDiskFileName(name)) return;
  throw new TypeError(
    `${JSON.stringify(name)} is no name for a file on this disk: up to ${diskFileNameLengthMax} of a-z 0-9 . - are, starting with a letter or digit, except "${asideFolderName}".`,
  );
}
