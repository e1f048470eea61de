/**
 * How the pages are read, in plain words. The page of that name shows these chapters, and src/web/README.md repeats them:
 * test/pages/reading.test.ts holds both to this list. Words between backticks are spelled as the product spells them.
 */

export interface Chapter {
  /** The page's anchor. */
  readonly id: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

export const SENTENCE: Chapter = {
  id: 'sentence',
  title: 'The sentence',
  paragraphs: [
    'The overview answers one question in one sentence: up to when is everything proven, and how many accounts need you. It says "All" only where every account is proven and was looked at lately; otherwise it counts how many are.',
    'An account needs you when it has a finding that nobody has accepted, or is in a state that does not mend by itself: `failed`, `blocked`, `late`, `stale`, `unknown` or `unverifiable`. Accounts that are suspended or closed and of which nothing is open are told apart: they stay unknown, and nobody is needed.',
  ],
};

export const MAP: Chapter = {
  id: 'map',
  title: 'The coverage map',
  paragraphs: [
    'A row is an account, the worst first. A square is an hour, or at 90 days a day from midnight to midnight UTC. A square shows the worst state of everything inside of it: one failed log file of one chain makes it failed. Hover over it, or go there with the arrow keys, and it tells its interval, its state, how many log files its digests name, those that are not proven, and the parts without a digest; it opens the chains behind it.',
    'Colour is spent on what needs a person. Each state has a shape of its own as well, so the map reads without colour. A square without a shape is a time in which nothing was due.',
  ],
};

export const STATES: Chapter = {
  id: 'states',
  title: 'The states',
  paragraphs: ['From best to worst. The state of a chain, and of an account, is its worst one.'],
};

export const PROVEN: Chapter = {
  id: 'proven',
  title: 'What "proven until" means',
  paragraphs: [
    'Up to that moment every digest of every chain of the account is there, signed by AWS and linked to its neighbours, and every log file that they name is in the archive with the content that was signed. It is the earliest of the chains: one chain that lags holds it back. It ends at the first hour that is not proven, also where later hours are.',
    'CloudTrail writes a digest about once an hour, so the newest hour or two are `pending` and not yet proven; that is as it should be.',
    'It does not say that CloudTrail logged everything: what it was told not to record, or never delivered, leaves no digest that could miss it.',
  ],
};

export const ACCEPTANCE: Chapter = {
  id: 'acceptance',
  title: 'What accepting a finding does, and what it does not',
  paragraphs: [
    'Somebody who may operate says why a finding may stand. The reason, the name and the time are written to the archive once and are never changed. The finding then counts as settled, and an account whose findings are all settled no longer needs you because of them.',
    'It proves nothing and turns nothing green: the state of the hour, of the chain and of the account stays what it is, and so does "proven until". What is in quarantine stays there. A finding of another file, or of the same file at another time, is another finding.',
  ],
};

export const CODES: Chapter = {
  id: 'codes',
  title: 'The codes',
  paragraphs: [
    'Receipts, the API, metrics, `--json` and these pages spell a code the same way, and none is ever renamed.',
  ],
};

export const DOCUMENTS: Chapter = {
  id: 'documents',
  title: 'Policies, settings and lifecycle',
  paragraphs: [
    'A document is one policy or setting that the configuration wants in a certain state. It is as wanted; it differs, and the diff shows in what; it is refused, because what is wanted would do harm or is not possible; or it is unknown, because it may not be read. Unknown never counts as as wanted.',
    "The meter says how much of AWS's limit on the bytes of a policy is used, which form the lists of accounts were folded to, and what that form gives up. From 80 % on it asks for a look.",
    'The lifecycle estimate counts what each rule would touch today, from receipts. What was not counted one by one is extrapolated and said to be; what receipts do not speak of is unknown, never nothing.',
    'Changes are written by `orgtrail apply`. Where `http.apply` is on, an administrator may also apply from the Policy page: the plan is made again, and nothing is written unless it is the same plan that was looked at.',
  ],
};

export const METRIC_CHAPTER: Chapter = {
  id: 'metrics',
  title: 'The metrics',
  paragraphs: [
    '`GET /metrics` in the format of Prometheus. A number that could not be read is left out, never repeated from before.',
  ],
};

export const ACCESS: Chapter = {
  id: 'roles',
  title: 'Roles and rights',
  paragraphs: [
    'Every role holds what the ones before it hold. A page hides what you may not do, and the server refuses it as well. Whoever changes something is on record in the archive: name, time, and the reason where one is asked for.',
  ],
};

export const NUMBERS: Chapter = {
  id: 'numbers',
  title: 'Where the numbers come from, and how old they may be',
  paragraphs: [
    'The truth is in the archive bucket: receipts, digests, log files, and records of changes. What the overview, the account pages and the findings show was computed from it and is kept in Redis for show. A digest, a history and a quarantine entry are read from the archive when they are opened.',
    'Every page says when its numbers were read, and they are read again when the server tells of news, and every minute without any. Where the stream of news is lost the mark in the header says so, and pages are read again every 15 seconds.',
    'The coverage of an account is computed anew after every sweep and every digest of it, gathered over `limits.coverDelaySeconds`. One that was not computed for too long counts as `stale`, whatever it said before. What could not be read is shown as such, never as the last colour.',
  ],
};

export const FLUSH: Chapter = {
  id: 'flush',
  title: 'After Redis was lost or flushed',
  paragraphs: [
    'No evidence is lost: Redis holds none. The pages then know nothing, and say so; the daemon surveys the accounts again and computes their coverage from the receipts, and the overview says how many accounts are there again. Until an account is, nothing is claimed of it.',
    'Sessions live in Redis too, so everybody signs in again. Jobs that waited are found again by the next sweep. Findings that were accepted stay accepted, since the archive keeps that; when a finding was first seen begins anew.',
  ],
};
