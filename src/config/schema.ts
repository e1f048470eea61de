/** The whole configuration as one schema: validation, JSON Schema, known keys and the redaction all come from it. */
import * as z from 'zod';
import { accountsSchema, archiveSchema, organizationsSchema } from './estate.ts';
import { httpSchema } from './http.ts';
import { lifecycleSchema } from './lifecycle.ts';
import { limitsSchema } from './limits.ts';
import { policySchema } from './policy.ts';
import { postureSchema } from './posture.ts';
import { awsSchema, logSchema, reconcileSchema, redisSchema, schedulesSchema } from './service.ts';

export const configSchema = z.strictObject({
  archive: archiveSchema,
  organizations: organizationsSchema,
  accounts: accountsSchema,
  policy: policySchema,
  posture: postureSchema,
  lifecycle: lifecycleSchema,
  reconcile: reconcileSchema,
  redis: redisSchema,
  schedules: schedulesSchema,
  aws: awsSchema,
  limits: limitsSchema,
  http: httpSchema,
  log: logSchema,
});

/** The part of JSON Schema that describes one option or group of options here. */
export interface OptionSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
  readonly items?: OptionSchema;
  readonly anyOf?: readonly OptionSchema[];
}

/** JSON Schema (draft-07) of what may be written into the file. */
export function inputSchema(): OptionSchema {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-07', io: 'input' });
  return { ...schema, title: 'orgtrail configuration' } as OptionSchema;
}

/** The schema of the option at a path; null where no option can stand. A number in the path is a place in a list. */
export function optionAt(root: OptionSchema, path: readonly PropertyKey[]): OptionSchema | null {
  let found: OptionSchema | undefined = root;
  for (const step of path) {
    const group: OptionSchema = present(found);
    found = typeof step === 'number' ? group.items : property(group, String(step));
    if (found === undefined) return null;
  }
  return present(found);
}

/** The schema of a value that is there: an option that may be null is described by its other half. */
export function present(schema: OptionSchema): OptionSchema {
  const half = schema.anyOf?.find((one) => one.type !== 'null');
  return half === undefined ? schema : { ...schema, ...half };
}

function property(schema: OptionSchema, key: string): OptionSchema | undefined {
  const { properties } = schema;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
