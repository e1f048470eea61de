/** What S3 takes as a lifecycle configuration. It is stored, not run: the real store that runs one is Ceph. */
import { S3Error } from './errors.ts';
import { checkFilter, checkTimes } from './lifecycle-rule.ts';
import { all, textOf, type XmlElement } from './xml.ts';

const MAX_RULES = 1000;
const MAX_ID = 255;
const ACTIONS: readonly string[] = [
  'Expiration',
  'Transition',
  'NoncurrentVersionExpiration',
  'NoncurrentVersionTransition',
  'AbortIncompleteMultipartUpload',
];

/** Throws the refusal that S3 would give. */
export function checkLifecycle(content: XmlElement): void {
  const rules = all(content, 'Rule');
  if (rules.length === 0 || rules.length > MAX_RULES)
    throw malformed(`A lifecycle configuration has 1 to ${MAX_RULES} rules`);
  const ids = rules.map((rule) => textOf(rule, 'ID')).filter((id) => id !== null);
  if (new Set(ids).size !== ids.length)
    throw new S3Error('InvalidArgument', 'Rule ID must be unique. Found same ID for more than one rule');
  if (ids.some((id) => id.length > MAX_ID))
    throw new S3Error('InvalidArgument', `ID length should not exceed allowed limit of ${MAX_ID}`);
  for (const rule of rules) checkRule(rule);
}

function checkRule(rule: XmlElement): void {
  const status = textOf(rule, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') throw malformed('Status must be Enabled or Disabled');
  if (all(rule, 'Filter').length + all(rule, 'Prefix').length !== 1)
    throw malformed('One Filter or one Prefix is needed');
  const actions = ACTIONS.flatMap((name) => all(rule, name));
  if (actions.length === 0) throw new S3Error('InvalidRequest', 'At least one action needs to be specified in a rule.');
  const days = actions
    .flatMap((action) => [textOf(action, 'Days'), textOf(action, 'NoncurrentDays')])
    .filter((value) => value !== null);
  if (!days.every((value) => /^\d{1,10}$/.test(value))) throw malformed('Days must be a whole number');
  checkTimes(rule, actions);
  checkFilter(rule);
}

function malformed(message: string): S3Error {
  return new S3Error('MalformedXML', message);
}
