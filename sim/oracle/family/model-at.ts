import { createModel, leaseAt, type Model, versionsUpTo } from '../model.ts';

/** The model as it was at a moment, as the beginning of another log: moment 0 of that one. */
export function modelAt(model: Model, moment: number): Model {
  const revision = model.revisionAt[moment]!;
  const begun = createModel();
  begun.revisionAt[0] = revision;
  begun.compactRevisionAt[0] = model.compactRevisionAt[moment]!;
  begun.authAt[0] = model.authAt[moment]!;
  begun.alarmsAt[0] = model.alarmsAt[moment]!;
  begun.hadAlarms = begun.alarmsAt[0].length > 0;
  for (const [key, versions] of model.versions) {
    const kept = versionsUpTo(model, versions, revision);
    if (kept.length === 0) continue;
    begun.versions.set(key, kept);
    begun.keys.push(key);
  }
  begun.keysAreSorted = false;
  for (let before = 0; before <= revision; before++) {
    begun.events[before] = model.events[before] ?? [];
    begun.momentOf[before] = 0;
  }
  for (const lease of model.leases.keys()) {
    const life = leaseAt(model, lease, moment);
    if (life === undefined) continue;
    begun.leases.set(lease, [{ ttlSeconds: life.ttlSeconds, grantedAt: 0, revokedAt: Infinity }]);
    const attached = model.attached.get(lease);
    if (attached !== undefined) begun.attached.set(lease, new Set(attached));
  }
  return begun;
}
