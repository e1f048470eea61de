/** One setting of a bucket, read and written over S3: what is not set, not told, or not answered at all. */
import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import type { Json } from '../core/json.ts';
import type { DocumentRef, DocumentState } from '../core/plan/document.ts';
import type { AwsClients, SendOptions } from './aws-clients.ts';
import { controlled } from './aws-control.ts';
import { demandKnown, demandNothing, demandRoot, lookAtAnswer } from './aws-documents-answer.ts';
import { notAnswered, writeError } from './aws-documents-errors.ts';
import { cannotRemove, isEmpty, jsonOf } from './aws-documents-json.ts';
import type { CallContext } from './aws-errors.ts';
import { faultOf } from './aws-faults.ts';
import { s3Context } from './aws-s3-context.ts';

/** Which bucket, and whose it has to be. */
export interface BucketAt {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

export type S3Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

/** Sends one command under a client, its answer looked at. */
export type Send<Output> = (client: S3Client, options: SendOptions, look: Look) => Promise<Output>;
type Look = <Command extends { readonly middlewareStack: unknown }>(command: Command) => Command;

export function sending<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  command: S3Command<Input, Output>,
): Send<Output> {
  return (client, options, look) => client.send(look(command), options);
}

/** How AWS calls one setting. */
export interface Setting {
  /** The answer's outermost element (the first is AWS's name of it), and every element that can stand in it. */
  readonly roots: readonly string[];
  readonly elements: readonly string[];
  /** `get` gives the setting within the answer; undefined: it is not set. */
  readonly read: { readonly permission: string; readonly get: (at: BucketAt) => Send<unknown> };
  readonly write: { readonly permission: string; readonly put: (at: BucketAt, value: Json) => Send<unknown> };
  /** Why not, where AWS has no call for it. */
  readonly remove: string | ((at: BucketAt) => Send<unknown>);
}

/** Ties the reading command to its own output. */
export function reading<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  permission: string,
  command: (at: BucketAt) => S3Command<Input, Output>,
  part: (output: Output) => unknown,
): Setting['read'] {
  return {
    permission,
    get: (at) => async (client, options, look) => part(await sending(command(at))(client, options, look)),
  };
}

export function writing<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  permission: string,
  command: (at: BucketAt, value: Json) => S3Command<Input, Output>,
): Setting['write'] {
  return { permission, put: (at, value) => sending(command(at, value)) };
}

const NOT_SET: ReadonlySet<string> = new Set([
  'NoSuchLifecycleConfiguration',
  'NoSuchPublicAccessBlockConfiguration',
  'ObjectLockConfigurationNotFoundError',
  'OwnershipControlsNotFoundError',
  'ServerSideEncryptionConfigurationNotFoundError',
]);

/** Refused: `unreadable`. An absent bucket, throttling and an unreachable store throw OperatingError. */
export async function readSetting(clients: AwsClients, ref: DocumentRef, setting: Setting): Promise<DocumentState> {
  const context = settingContext(clients, ref, {
    verb: `read the ${ref.kind} of`,
    permission: setting.read.permission,
  });
  const known = new Set([...setting.roots, ...setting.elements]);
  try {
    const value = await controlled(context, () =>
      clients.onBucket(ref.target, async (client, options) => {
        const found = await setting.read.get(atBucket(ref))(client, options, (command) =>
          lookAtAnswer(command, context, (text) => {
            demandRoot(text, setting.roots, context);
            demandKnown(text, known, context);
          }),
        );
        return jsonOf(found ?? null);
      }),
    );
    return value === null || isEmpty(value) ? { state: 'absent' } : { state: 'present', value };
  } catch (error) {
    return stateOf(error, NOT_SET);
  }
}

/** What a failed reading says of the document, where it says anything. */
export function stateOf(error: unknown, notSet: ReadonlySet<string>): DocumentState {
  const fault = faultOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  if (fault !== null && notSet.has(fault.name)) return { state: 'absent' };
  const problem = notAnswered(error, fault);
  if (problem !== null) return { state: 'unreadable', problem };
  throw error;
}

/** Null removes. Throws `document-refused` for what AWS objects to. */
export async function writeSetting(
  clients: AwsClients,
  ref: DocumentRef,
  written: { readonly setting: Setting; readonly value: Json | null },
): Promise<void> {
  const { setting, value } = written;
  const { permission, put } = setting.write;
  const context = settingContext(clients, ref, {
    verb: `${value === null ? 'remove' : 'write'} the ${ref.kind} of`,
    permission,
  });
  const make = value === null ? setting.remove : (at: BucketAt) => put(at, value);
  if (typeof make === 'string') throw cannotRemove(context, make);
  await sendWrite(clients, { ref, context, make });
}

/** One writing call, made once: whether a lost answer was a success is told by reading back. */
export async function sendWrite(
  clients: AwsClients,
  call: { readonly ref: DocumentRef; readonly context: CallContext; readonly make: (at: BucketAt) => Send<unknown> },
): Promise<void> {
  const { ref, context, make } = call;
  try {
    await clients.onBucket(ref.target, (client, options) =>
      make(atBucket(ref))(client, options, (command) =>
        lookAtAnswer(command, context, (text) => demandNothing(text, context)),
      ),
    );
  } catch (error) {
    throw writeError(error, context);
  }
}

export function atBucket({ target, account }: DocumentRef): BucketAt {
  return { Bucket: target, ExpectedBucketOwner: account };
}

export function settingContext(
  clients: AwsClients,
  ref: DocumentRef,
  call: { readonly verb: string; readonly permission: string },
): CallContext {
  return s3Context(clients, { ...call, bucket: ref.target, owner: ref.account });
}
