/** Watches every call of a client for metrics: one report a call, whatever the number of attempts. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsCall } from '../ports.ts';
import { faultOf } from './aws-faults.ts';

interface Metadata {
  readonly httpStatusCode?: number;
  readonly attempts?: number;
}

/** Any SDK client. */
export interface Observable {
  readonly middlewareStack: unknown;
}

/** Has `onCall` told of every call that the client finishes, well or not. */
export function observeCalls(client: Observable, account: string, onCall: (call: AwsCall) => void): void {
  const throttles = new WeakMap<object, number>();
  // The stacks of all clients differ in their type parameters only, and nothing below looks at inputs.
  const stack = client.middlewareStack as STSClient['middlewareStack'];
  stack.add(
    (next, context) => async (args) => {
      const started = performance.now();
      const report = (metadata: Metadata | undefined): void =>
        onCall({
          service: serviceOf(context.clientName),
          operation: (context.commandName ?? 'unknown').replace(/Command$/, ''),
          account,
          status: metadata?.httpStatusCode ?? null,
          attempts: metadata?.attempts ?? 1,
          throttled: throttles.get(context) ?? 0,
          ms: performance.now() - started,
        });
      try {
        const result = await next(args);
        report(result.output.$metadata);
        return result;
      } catch (error) {
        report((error as { $metadata?: Metadata }).$metadata);
        throw error;
      }
    },
    { step: 'initialize', name: 'orgtrailCalls', priority: 'high' },
  );
  // Inside the retry loop, so that each attempt is seen.
  stack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (faultOf(error)?.kind === 'throttled') throttles.set(context, (throttles.get(context) ?? 0) + 1);
        throw error;
      }
    },
    { step: 'finalizeRequest', name: 'orgtrailThrottles', priority: 'low' },
  );
}

function serviceOf(clientName: string | undefined): string {
  return (clientName ?? 'unknown').replace(/Client$/, '').toLowerCase();
}
