/** Contradictions in the archive bucket's settings, its lifecycle, and what the daemon does about differences. */
import { principalArn, writerArn } from './arn.ts';
import { repeated } from './estate-conflicts.ts';
import { ruleName } from './grammar.ts';
import { bucketName } from './place.ts';
import type { Conflict } from './problem.ts';
import { child, type EstateView, good, isNothing, items, type Seen, texts } from './view.ts';

/** Every contradiction. `root` is the parsed file, which may be wrong elsewhere; `estate` is the same file. */
export function settingsConflicts(root: unknown, estate: EstateView): readonly Conflict[] {
  const file: Seen<unknown> = { value: root, path: [] };
  return [
    ...nothingToApply(file),
    ...writerShutOut(file),
    ...lockWithoutVersions(child(file, 'posture')),
    ...logsInTheArchive(child(file, 'posture'), estate),
    ...rules(child(file, 'lifecycle')),
  ];
}

/** Whoever switches this on believes that something is held, and nothing is. */
function nothingToApply(file: Seen<unknown>): readonly Conflict[] {
  const apply = child(child(file, 'reconcile'), 'apply');
  const groups = ['policy', 'posture', 'lifecycle'].map((name) => child(file, name));
  if (apply.value !== true || !groups.every(isNothing)) return [];
  return [{ path: apply.path, what: 'has nothing to apply: policy, posture and lifecycle are all null', other: null }];
}

/** The bucket policy denies changes to all but break-glass principals and administrators, the daemon among them. */
function writerShutOut(file: Seen<unknown>): readonly Conflict[] {
  const apply = child(child(file, 'reconcile'), 'apply');
  const policy = child(file, 'policy');
  const writer = good(child(policy, 'writer'), writerArn);
  if (apply.value !== true || writer === null) return [];
  const allowed = ['administrators', 'breakGlass'].flatMap((list) => texts(child(policy, list)));
  if (allowed.some((one) => principalArn(one.value) === null && one.value === writer.value)) return [];
  const what =
    'lets the daemon apply, but its policy would deny it to policy.writer: add the writer to policy.administrators';
  return [{ path: apply.path, what, other: writer.path }];
}

/** S3 takes Object Lock for versioned buckets only. */
function lockWithoutVersions(posture: Seen<unknown>): readonly Conflict[] {
  const lock = child(posture, 'objectLock');
  const versioning = child(posture, 'versioning');
  if (isNothing(lock) || versioning.value !== false) return [];
  return [{ path: lock.path, what: 'needs versioning: true', other: versioning.path }];
}

/** Each logged request would write a log, which is a request; S3 also refuses a target with a default retention. */
function logsInTheArchive(posture: Seen<unknown>, { archive }: EstateView): readonly Conflict[] {
  const target = good(child(child(posture, 'accessLogging'), 'bucket'), bucketName);
  if (target === null || archive.place === null || target.value !== archive.place.value.bucket) return [];
  const what = 'is the archive bucket itself, which would log its own logs: name another bucket';
  return [{ path: target.path, what, other: archive.place.path }];
}

function rules(lifecycle: Seen<unknown>): readonly Conflict[] {
  const all = items(child(lifecycle, 'rules'));
  const names = all.map((rule) => good(child(rule, 'name'), ruleName));
  return [
    ...repeated(names, 'is the name of another rule here too'),
    ...all.flatMap((rule) => repeated(texts(child(rule, 'accounts')), 'stands in this list twice')),
    ...all.flatMap(noSize),
    ...all.flatMap(noDeed),
  ];
}

function noSize(rule: Seen<unknown>): readonly Conflict[] {
  const [larger, smaller] = [child(rule, 'largerThanBytes'), child(rule, 'smallerThanBytes')];
  if (typeof larger.value !== 'number' || typeof smaller.value !== 'number') return [];
  // Whole numbers: larger than 5 and smaller than 6 is no file's size either.
  if (larger.value + 1 < smaller.value) return [];
  const what = `leaves no size of a file: smallerThanBytes is ${smaller.value}`;
  return [{ path: larger.path, what, other: smaller.path }];
}

/** A rule that was meant to do something and does not would be found when the bill comes. */
function noDeed(rule: Seen<unknown>): readonly Conflict[] {
  if (typeof rule.value !== 'object' || rule.value === null) return [];
  const deeds = ['expireDays', 'noncurrentDays', 'abortUploadsDays'].map((name) => child(rule, name));
  const { value: moves = [] } = child(rule, 'transitions');
  if (!deeds.every(isNothing) || !Array.isArray(moves) || moves.length > 0) return [];
  const what = 'does nothing: transitions, expireDays, noncurrentDays or abortUploadsDays is wanted';
  return [{ path: rule.path, what, other: null }];
}
