import { clientErrors } from '../core/types/error.ts';
import { DatabaseError, type Database } from '../host/database.ts';

/**
 * The database for clients: so many of their requests may wait for their answers, and one more is refused, in etcd's words, instead of
 * waiting with them. Questions about the node itself are always answered. What waits for other clients, as a lock does, waits for a watch,
 * and counts for nothing here.
 */
export function boundRequests(database: Database, requestsMax: number): Database {
  let underWay = 0;
  const ended = () => (underWay -= 1);
  return {
    request: (request, signal, caller) => {
      if (request.kind === 'status') return database.request(request, signal, caller);
      if (underWay >= requestsMax) return Promise.reject(new DatabaseError(clientErrors.tooManyRequests));
      underWay += 1;
      const answer = database.request(request, signal, caller);
      answer.then(ended, ended);
      return answer;
    },
    openWatch: (consumer) => database.openWatch(consumer),
    openSnapshot: (signal, caller) => database.openSnapshot(signal, caller),
    close: () => database.close(),
  };
}
