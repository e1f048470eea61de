/** What S3 holds one lifecycle rule to: days and dates, the order of storage classes, and what filters may choose. */
import { S3Error } from './errors.ts';
import { all, textOf, type XmlElement } from './xml.ts';

const CLASSES: readonly string[] = [
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
];
/** S3 guide, "Constraints and considerations for transitions": so many days in STANDARD first, and so many in IA after. */
const INFREQUENT: ReadonlySet<string> = new Set(['STANDARD_IA', 'ONEZONE_IA']);
const DAYS_BEFORE_IA = 30;

/** "'Days' for Expiration action must be a positive integer": zero would empty the archive at once. */
export function checkTimes(rule: XmlElement, actions: readonly XmlElement[]): void {
  const expiration = all(rule, 'Expiration')[0];
  const deleted = all(rule, 'NoncurrentVersionExpiration')[0];
  if (expiration !== undefined && textOf(expiration, 'Days') === '0')
    throw invalid("'Days' for Expiration action must be a positive integer");
  if (deleted !== undefined && textOf(deleted, 'NoncurrentDays') === '0')
    throw invalid("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
  const current = [...all(rule, 'Expiration'), ...all(rule, 'Transition')];
  const [dated, counted] = ['Date', 'Days'].map((name) => current.some((one) => textOf(one, name) !== null));
  if (dated === true && counted === true)
    throw request("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule");
  for (const date of actions.map((one) => textOf(one, 'Date')).filter((one) => one !== null))
    if (!/T00:00:00(?:\.000)?Z$/.test(date)) throw invalid("'Date' must be at midnight GMT");
  checkTransitions(all(rule, 'Transition'), { days: 'Days', end: expiration });
  checkTransitions(all(rule, 'NoncurrentVersionTransition'), { days: 'NoncurrentDays', end: deleted });
}

function checkTransitions(
  transitions: readonly XmlElement[],
  { days, end }: { readonly days: 'Days' | 'NoncurrentDays'; readonly end: XmlElement | undefined },
): void {
  const steps = transitions.map((one) => ({ class: textOf(one, 'StorageClass') ?? '', days: numberOf(one, days) }));
  const strange = steps.find((step) => !CLASSES.includes(step.class));
  if (strange !== undefined) throw new S3Error('MalformedXML', `'${strange.class}' is no storage class to move to`);
  if (new Set(steps.map((step) => step.class)).size !== steps.length)
    throw request("'StorageClass' must be different for 'Transition' actions in same 'Rule'");
  const early = steps.find((step) => INFREQUENT.has(step.class) && (step.days ?? DAYS_BEFORE_IA) < DAYS_BEFORE_IA);
  if (early !== undefined)
    throw invalid(
      `'${days}' in Transition action must be greater than or equal to 30 for storageClass '${early.class}'`,
    );
  checkOrder(steps);
  const last = Math.max(...steps.map((step) => step.days ?? -1), -1);
  const gone = end === undefined ? null : numberOf(end, days);
  if (gone !== null && last >= 0 && gone <= last)
    throw invalid(`'${days}' in the Expiration action must be greater than '${days}' in the Transition action`);
}

/** Warmer classes come first: S3 moves nothing back. */
function checkOrder(steps: readonly { readonly class: string; readonly days: number | null }[]): void {
  for (const before of steps) {
    for (const after of steps) {
      if (CLASSES.indexOf(before.class) >= CLASSES.indexOf(after.class)) continue;
      const gap = INFREQUENT.has(before.class) ? DAYS_BEFORE_IA : 1;
      if (before.days !== null && after.days !== null && after.days < before.days + gap)
        throw invalid(
          `'Days' in the '${after.class}' Transition action must be ${gap} days more than in '${before.class}'`,
        );
    }
  }
}

/** Tags and sizes choose objects; incomplete uploads and lone delete markers have neither. */
export function checkFilter(rule: XmlElement): void {
  const filter = all(rule, 'Filter')[0];
  if (filter === undefined) return;
  const within = all(filter, 'And')[0] ?? filter;
  if (within === filter && filter.children.size > 1)
    throw new S3Error('MalformedXML', 'A Filter holds one condition, or And');
  const [tagged, sized] = [all(within, 'Tag').length > 0, sizesOf(within).some((size) => size !== null)];
  const marker = all(rule, 'Expiration').some((one) => textOf(one, 'ExpiredObjectDeleteMarker') === 'true');
  const abort = all(rule, 'AbortIncompleteMultipartUpload').length > 0;
  if (abort && (tagged || sized))
    throw request('AbortIncompleteMultipartUpload cannot be specified with Tags or sizes.');
  if (marker && tagged) throw request('ExpiredObjectDeleteMarker cannot be specified with Tags.');
  const [above, below] = sizesOf(within);
  if (above !== null && below !== null && above !== undefined && below !== undefined && below <= above)
    throw request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
}

function sizesOf(filter: XmlElement): readonly (number | null)[] {
  return [numberOf(filter, 'ObjectSizeGreaterThan'), numberOf(filter, 'ObjectSizeLessThan')];
}

function numberOf(parent: XmlElement, name: string): number | null {
  const text = textOf(parent, name);
  return text === null ? null : Number(text);
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidArgument', message);
}

function request(message: string): S3Error {
  return new S3Error('InvalidRequest', message);
}
