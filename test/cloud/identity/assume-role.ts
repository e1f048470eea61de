/** AssumeRole's parameters and their bounds (STS API reference). */
import { answer, deny, type Answer } from './answers.ts';

export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId: string | null;
  readonly sourceIdentity: string | null;
}

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;
/** A session that assumes a further role gets one hour at most. */
const MAX_CHAINED_SECONDS = 3600;

const UNDERSTOOD: ReadonlySet<string> = new Set([
  'Action',
  'Version',
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'ExternalId',
  'SourceIdentity',
]);

/** Reads and bounds the parameters. `chained`: the caller is itself a role session. */
export function readAssumeRole(parameters: ReadonlyMap<string, string>, chained: boolean): Answer<AssumeRole> {
  // A session policy or tag that went unheeded would make a session stronger than was asked for.
  const unheeded = [...parameters.keys()].find((name) => !UNDERSTOOD.has(name) && !name.startsWith('X-Amz-'));
  if (unheeded !== undefined) return deny('ValidationError', `${unheeded} is not supported here`);
  const roleArn = parameters.get('RoleArn') ?? '';
  const sessionName = parameters.get('RoleSessionName') ?? '';
  const externalId = parameters.get('ExternalId') ?? null;
  const sourceIdentity = parameters.get('SourceIdentity') ?? null;
  const durationSeconds = Number(parameters.get('DurationSeconds') ?? DEFAULT_SECONDS);
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+$/u.test(roleArn)) return deny('ValidationError', `${roleArn} is invalid`);
  if (!isName(sessionName)) return outOfBounds('roleSessionName', sessionName, '[\\w+=,.@-]{2,64}');
  if (sourceIdentity !== null && !isName(sourceIdentity))
    return outOfBounds('sourceIdentity', sourceIdentity, '[\\w+=,.@-]{2,64}');
  if (externalId !== null && !/^[\w+=,.@:/-]{2,1224}$/u.test(externalId))
    return outOfBounds('externalId', externalId, '[\\w+=,.@:\\/-]{2,1224}');
  if (!Number.isInteger(durationSeconds) || durationSeconds < MIN_SECONDS || durationSeconds > MAX_SECONDS) {
    return outOfBounds(
      'durationSeconds',
      String(parameters.get('DurationSeconds')),
      `${MIN_SECONDS} to ${MAX_SECONDS}`,
    );
  }
  if (chained && durationSeconds > MAX_CHAINED_SECONDS) {
    return deny(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return answer({ roleArn, sessionName, durationSeconds, externalId, sourceIdentity });
}

function isName(text: string): boolean {
  return /^[\w+=,.@-]{2,64}$/u.test(text);
}

function outOfBounds(name: string, value: string, wanted: string): Answer<never> {
  return deny(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${wanted}`,
  );
}
