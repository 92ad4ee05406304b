/** A scenario that cannot be run: whoever wrote it has to change it. The message says what is wrong, and where. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}
