import type { StatusName } from '../../../core/types/error.ts';
import { DatabaseError } from '../../../host/database.ts';

/**
 * etcd's locks and elections hand on what their own requests were refused with, and its transport knows no code for it: clients read the
 * words. What says nothing of the request keeps its code, so that clients go to another node.
 */
export async function unmapped<Response>(answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof DatabaseError) || keptStatuses.has(error.clientError.status)) throw error;
    throw new DatabaseError({ status: 'Unknown', message: error.clientError.message });
  }
}

const keptStatuses: ReadonlySet<StatusName> = new Set(['Unavailable', 'Canceled']);
