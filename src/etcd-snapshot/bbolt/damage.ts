import { SnapshotDamage } from '../snapshot-damage.ts';

/** Why a file is no bbolt file that can be read: which page, and what is wrong there. */
export class BboltDamage extends SnapshotDamage {
  /** Undefined: the file as a whole. */
  readonly page: number | undefined;

  constructor(page: number | undefined, problem: string) {
    super(page === undefined ? problem : `page ${page}: ${problem}`);
    this.page = page;
  }
}
