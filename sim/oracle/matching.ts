/**
 * Pairs things with those that may have caused them, each with at most one: augmenting paths. A cause that is paired once stays paired.
 */
export interface Matching<Effect, Cause> {
  causeOf(effect: Effect): Cause | undefined;
  effectOf(cause: Cause): Effect | undefined;
  /** Tries to pair the effect, re-pairing others if need be. */
  pairEffect(effect: Effect): boolean;
  pairCause(cause: Cause): boolean;
}

export function createMatching<Effect, Cause>(
  causesOf: (effect: Effect) => readonly Cause[],
  effectsOf: (cause: Cause) => readonly Effect[],
): Matching<Effect, Cause> {
  const causes = new Map<Effect, Cause>();
  const effects = new Map<Cause, Effect>();

  function pairEffect(effect: Effect, tried: Set<Cause>): boolean {
    for (const cause of causesOf(effect)) {
      if (tried.has(cause)) continue;
      tried.add(cause);
      const rival = effects.get(cause);
      if (rival !== undefined && !pairEffect(rival, tried)) continue;
      causes.set(effect, cause);
      effects.set(cause, effect);
      return true;
    }
    return false;
  }

  function pairCause(cause: Cause, tried: Set<Effect>): boolean {
    for (const effect of effectsOf(cause)) {
      if (tried.has(effect)) continue;
      tried.add(effect);
      const rival = causes.get(effect);
      if (rival !== undefined && !pairCause(rival, tried)) continue;
      causes.set(effect, cause);
      effects.set(cause, effect);
      return true;
    }
    return false;
  }

  return {
    causeOf: (effect) => causes.get(effect),
    effectOf: (cause) => effects.get(cause),
    pairEffect: (effect) => causes.has(effect) || pairEffect(effect, new Set()),
    pairCause: (cause) => effects.has(cause) || pairCause(cause, new Set()),
  };
}
