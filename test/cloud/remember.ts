/** Identities that check each request once, though the front (for journal and faults) and the endpoint both ask. */
import type { Authentication, CloudRequest, Identities } from './endpoint.ts';

export function remembering<T extends Identities>(identities: T): T {
  const known = new WeakMap<CloudRequest, Map<string, Authentication>>();
  return {
    ...identities,
    authenticate(request: CloudRequest, service: string): Authentication {
      const before = known.get(request) ?? new Map<string, Authentication>();
      const answer = before.get(service) ?? identities.authenticate(request, service);
      known.set(request, before.set(service, answer));
      return answer;
    },
  };
}
