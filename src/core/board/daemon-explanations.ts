/** The codes that are no verdicts: what the daemon says of its own work, of permissions that were tried, and of documents. */
import type { DocumentKind } from '../plan/document.ts';
import type { PreflightStep } from '../plan/reader-permissions.ts';

const PREFLIGHT: Readonly<Record<PreflightStep, string>> = {
  assume: 'the role in the account cannot be assumed',
  identify: 'the role lies in another account than it ought to',
  trails: 'the trails of the account cannot be described',
  status: 'the status of a trail cannot be read',
  organization: 'the accounts of the organization cannot be listed',
  list: "the trail's bucket cannot be listed",
  get: "the objects in the trail's bucket cannot be read",
  decrypt: 'the objects cannot be decrypted',
  keys: "CloudTrail's public keys cannot be asked for",
  regions: 'nobody says which regions are switched on',
  selectors: 'nobody says what the trails record',
  history: 'the event history cannot be searched',
};

const DOCUMENTS: Readonly<Record<DocumentKind, string>> = {
  versioning: 'versioning of the archive bucket',
  ownership: 'object ownership of the archive bucket',
  'public-access': 'the public access block of the archive bucket',
  'key-policy': 'the policy of a KMS key',
  encryption: 'default encryption of the archive bucket',
  'topic-policy': 'the policy of an SNS topic',
  'bucket-policy': 'the policy of the archive bucket',
  'object-lock': 'Object Lock of the archive bucket',
  'access-logging': 'access logging of the archive bucket',
  lifecycle: 'the lifecycle of the archive bucket',
  'member-policy': "the policy of a member's bucket",
};

function each<Name extends string>(
  sentences: Readonly<Record<Name, string>>,
  entry: (name: string, words: string) => readonly [string, string],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries<string>(sentences).map(([name, words]) => entry(name, words)));
}

/** By code, in the order in which people look for them. */
export const DAEMON_EXPLANATIONS: Readonly<Record<string, string>> = {
  'archive-unfit':
    'The archive does not keep what it is given from being overwritten, or belongs to somebody else. Nothing is written before that is mended.',
  'archive-changed':
    'An object of the archive is not what orgtrail wrote. Run `orgtrail verify --archive` to see what else is not.',
  'archive-stale': 'The archive bucket was not looked at for too long. See on the System page whether a worker runs.',
  archive: 'The archive cannot be used right now; the detail says why.',
  certificate:
    'The certificate of the pages ends soon, is not valid, or its new files are not taken. The detail says which.',
  'access-file':
    'The access file as it is now is not taken, and the one of before counts: who was removed from it is not shut out.',
  redis:
    'Redis cannot be used, so nothing is known of work and state. The evidence in the archive is not touched by that.',
  noeviction: 'Redis may drop jobs when its memory runs out. Set maxmemory-policy to noeviction.',
  round: 'Not every chain was looked at in time. See on the Work page what is held up, and whether a worker runs.',
  'redis-unfit': 'This Redis is too old, or is set up in a way that loses jobs. The detail says what to change.',
  'redis-unreachable': 'Redis does not answer. What is shown is of an earlier time, or missing.',
  'identity-mismatch':
    'The role that was assumed lives in another account than the configuration says. Nothing was read through it.',
  'object-too-large': 'The object is larger than limits allow, so it was not read. Its bytes are kept.',
  'transport-garbled': 'An answer was no answer of S3: cut, empty or of somebody between. It is tried again by itself.',
  'job-refused':
    'A job names what the configuration does not know. It was not done; see who else writes to this Redis.',
  'document-refused': 'AWS does not take a policy or setting as it is. The detail holds its words.',
  'plan-stale': 'The world moved between plan and apply. Look at the plan again.',
  'plan-refused': 'What is asked for would do harm, so it is not written. The refusals say what.',
  'records-unreadable': 'Records of earlier looks cannot be read, so what they know is missing here.',
  'drift-fight':
    'A document was put back more than once, and somebody else changed it again each time. Find the other one who holds it.',
  'drift-delivery-stopped': 'A document as it is now keeps CloudTrail from delivering. Put it back first.',
  'drift-unknown': 'A document could not be read, so nobody knows whether it is as wanted.',
  'drift-not-applied': 'A document differs and could not be put back by itself. The detail says why.',
  'drift-interrupted': 'A change was begun and nothing says how it ended. Look at the document as it is.',
  'drift-more': 'More documents differ than are listed. `orgtrail plan` lists them all.',
  ...each(DOCUMENTS, (kind, words) => [
    `drift-${kind}`,
    `It is not as it is configured: ${words}. Look at the difference on the Policy page, then apply it or change the configuration.`,
  ]),
  ...each(PREFLIGHT, (step, words) => [
    `preflight-${step}`,
    `A permission was tried and refused: ${words}. Add what the detail names, and ask for a preflight again.`,
  ]),
};

const FAMILIES: readonly (readonly [string, string])[] = [
  [
    'blocked-',
    'It could not be looked at, so nothing is proven and nothing disproven; the detail says what is missing.',
  ],
  ['policy-', 'About a policy: the plan on the Policy page says which statement, and what it would do.'],
  ['key-', "About a KMS key's policy: the plan on the Policy page says which statement, and what it would do."],
  ['posture-', 'About a setting of the archive bucket: the plan on the Policy page says which, and what is wanted.'],
  [
    'lifecycle-',
    'About the lifecycle of the archive: the plan on the Policy page says which rule, and what it would remove or move.',
  ],
  ['drift-', 'A document is not as it is configured; the Policy page shows the difference.'],
  ['preflight-', 'A permission was tried and refused; the detail names it.'],
  ['archive-', 'About the archive bucket; the detail says what was seen.'],
];

/** What codes of this beginning are about; null: it has no family. */
export function familyExplanation(code: string): string | null {
  return FAMILIES.find(([beginning]) => code.startsWith(beginning))?.[1] ?? null;
}
