/** What a bucket is set to. "Not set" is an answer (false); "not told" is none (null). */
import type { Json } from '../core/json.ts';
import type { BucketPosture } from '../ports.ts';
import type { AwsClients } from './aws-clients.ts';
import { readSetting } from './aws-documents-setting.ts';
import { SETTINGS, type SettingKind } from './aws-documents-settings.ts';

/** Versioning, Object Lock, default encryption and the four public access blocks of one bucket. */
export async function bucketPosture(clients: AwsClients, bucket: string, owner: string): Promise<BucketPosture> {
  const ask = async (kind: SettingKind, isOn: (value: Json) => boolean): Promise<boolean | null> => {
    const found = await readSetting(clients, { kind, account: owner, target: bucket }, SETTINGS[kind]);
    if (found.state === 'unreadable') return null;
    return found.state === 'present' && isOn(found.value);
  };
  const [versioning, objectLock, encrypted, publicAccessBlocked] = await Promise.all([
    ask('versioning', (value) => field(value, 'Status') === 'Enabled'),
    ask('object-lock', (value) => field(value, 'ObjectLockEnabled') === 'Enabled'),
    ask('encryption', encryptsByDefault),
    ask('public-access', (value) => PUBLIC_BLOCKS.every((name) => field(value, name) === true)),
  ]);
  return { versioning, objectLock, encrypted, publicAccessBlocked };
}

const PUBLIC_BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

function encryptsByDefault(value: Json): boolean {
  const rules = field(value, 'Rules');
  return (
    Array.isArray(rules) && rules.some((rule: Json) => field(rule, 'ApplyServerSideEncryptionByDefault') !== undefined)
  );
}

function field(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}
