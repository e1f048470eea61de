/**
 * What a trail is told to record, and whether it records less than before. Both forms of AWS (basic and advanced
 * selectors) become one: an event is recorded when one selector takes it, and a selector takes what meets all of its
 * conditions. Proof of integrity is no proof of scope: who narrows the selectors keeps a perfect chain of digests
 * (reliability.md row 120).
 */

/** How a field's text is compared: the whole of it, its beginning or its end. */
export interface Pattern {
  readonly how: 'is' | 'starts' | 'ends';
  readonly text: string;
}

/** One field's condition: it must match one of `any` (unless there are none) and none of `none`. */
export interface FieldCondition {
  readonly field: string;
  readonly any: readonly Pattern[];
  readonly none: readonly Pattern[];
}

/** Takes the events that meet every condition. */
export type EventSelector = readonly FieldCondition[];

/** What a trail records: the events that at least one selector takes. In a fixed order, so that equal ones are equal text. */
export type EventSelectors = readonly EventSelector[];

/** Basic selectors as GetEventSelectors returns them; what is absent has AWS's default. */
export interface BasicSelector {
  readonly ReadWriteType?: string | undefined;
  readonly IncludeManagementEvents?: boolean | undefined;
  readonly DataResources?:
    | readonly { readonly Type?: string | undefined; readonly Values?: readonly string[] | undefined }[]
    | undefined;
  readonly ExcludeManagementEventSources?: readonly string[] | undefined;
}

type Operator = 'Equals' | 'StartsWith' | 'EndsWith' | 'NotEquals' | 'NotStartsWith' | 'NotEndsWith';

/** Advanced selectors as GetEventSelectors returns them. */
export interface AdvancedSelector {
  readonly FieldSelectors:
    | readonly ({ readonly Field: string | undefined } & {
        readonly [Name in Operator]?: readonly string[] | undefined;
      })[]
    | undefined;
}

/** Reads both forms. AWS has one of them at a time; were there both, either would record. */
export function selectorsOf(answer: {
  readonly basic: readonly BasicSelector[];
  readonly advanced: readonly AdvancedSelector[];
}): EventSelectors {
  return ordered([...answer.basic.flatMap(fromBasic), ...answer.advanced.map(fromAdvanced)]);
}

function fromBasic(basic: BasicSelector): readonly EventSelector[] {
  const reads = basic.ReadWriteType ?? 'All';
  const access = reads === 'All' ? [] : [condition('readOnly', is([reads === 'ReadOnly' ? 'true' : 'false']))];
  const excluded = basic.ExcludeManagementEventSources ?? [];
  const sources = excluded.length === 0 ? [] : [condition('eventSource', [], is(excluded))];
  const management = [condition('eventCategory', is(['Management'])), ...access, ...sources];
  const data = (basic.DataResources ?? []).flatMap(({ Type: type, Values: values = [] }) =>
    values.length === 0
      ? []
      : [
          [
            condition('eventCategory', is(['Data'])),
            condition('resources.type', is([type ?? ''])),
            ...access,
            ...resources(values),
          ],
        ],
  );
  return basic.IncludeManagementEvents === false ? data : [management, ...data];
}

/** `arn:aws:s3` alone stands for every resource of its kind; anything longer is the beginning of ARNs. */
function resources(values: readonly string[]): EventSelector {
  if (values.some((value) => /^arn:[a-z-]+:[a-z0-9]+:{0,3}$/.test(value))) return [];
  return [
    condition(
      'resources.ARN',
      values.map((text) => ({ how: 'starts', text })),
    ),
  ];
}

function fromAdvanced({ FieldSelectors: fields }: AdvancedSelector): EventSelector {
  return (fields ?? []).map((one) =>
    condition(
      one.Field ?? '',
      [...is(one.Equals ?? []), ...patterns('starts', one.StartsWith), ...patterns('ends', one.EndsWith)],
      [...is(one.NotEquals ?? []), ...patterns('starts', one.NotStartsWith), ...patterns('ends', one.NotEndsWith)],
    ),
  );
}

function is(texts: readonly string[]): readonly Pattern[] {
  return patterns('is', texts);
}

function patterns(how: Pattern['how'], texts: readonly string[] = []): readonly Pattern[] {
  return texts.map((text) => ({ how, text }));
}

function condition(field: string, any: readonly Pattern[], none: readonly Pattern[] = []): FieldCondition {
  return { field, any, none };
}

/** AWS promises no order of selectors, conditions or values: a mere other order must not look like a change. */
function ordered(selectors: EventSelectors): EventSelectors {
  return sorted(
    selectors.map((one) =>
      sorted(one.map(({ field, any, none }) => ({ field, any: sorted(any), none: sorted(none) }))),
    ),
  );
}

function sorted<Value>(values: readonly Value[]): readonly Value[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** Enough for the 500 conditions and 250 resources that AWS allows in any shape met so far. */
const MOST_STEPS = 200_000;
const TWO_VALUED: ReadonlySet<string> = new Set(['readOnly', 'sessionCredentialFromConsole']);

/**
 * An event that was recorded before and is not any more, as `field=text` words; null when `now` records all that
 * `before` did. Exact: an equal or wider scope, however it is written, gives null. Selectors too intricate to compare
 * count as narrower, unless each one of before is still there.
 */
export function recordsLess(now: EventSelectors, before: EventSelectors): string | null {
  const kept = new Set(now.map((one) => JSON.stringify(one)));
  const budget = { steps: MOST_STEPS };
  for (const selector of before) {
    if (kept.has(JSON.stringify(selector))) continue;
    const lost = lostOf(selector, now, budget);
    if (lost === 'too-many') return 'the selectors changed, and there are too many conditions to compare';
    if (lost !== null) return `no longer recorded: ${wordsOf(lost)}`;
  }
  return null;
}

type Event = readonly (readonly [field: string, text: string])[];

/**
 * Looks for an event that the selector takes and none of `now` does. Only finitely many texts of a field differ to
 * any pattern in question, so trying those is trying all.
 */
function lostOf(selector: EventSelector, now: EventSelectors, budget: { steps: number }): Event | 'too-many' | null {
  const conditions = [...selector, ...now.flat()];
  const mark = unusedMark(conditions);
  const fields = [...new Set(conditions.map(({ field }) => field))]
    .map((field) => ({ field, texts: textsOf(field, conditions, mark) }))
    .toSorted((a, b) => a.texts.length - b.texts.length);
  const search = (at: number, taking: EventSelectors, event: Event): Event | 'too-many' | null => {
    const here = fields[at];
    if (here === undefined) return taking.length === 0 ? shown(event, mark) : null;
    const tried = new Set<string>();
    for (const text of here.texts) {
      budget.steps -= 1 + taking.length;
      if (budget.steps < 0) return 'too-many';
      if (!meets(selector, here.field, text)) continue;
      const left = taking.filter((one) => meets(one, here.field, text));
      const group = left.map((one) => now.indexOf(one)).join();
      if (tried.has(group)) continue;
      tried.add(group);
      const found = search(at + 1, left, [...event, [here.field, text]]);
      if (found !== null) return found;
    }
    return null;
  };
  return search(0, now, []);
}

function shown(event: Event, mark: string): Event {
  return event.flatMap(([field, text]) => (text === mark ? [] : [[field, text.replaceAll(mark, '*')] as const]));
}

/** A text for each way in which patterns can hold together: a whole text, or a beginning and an end around a stranger. */
function textsOf(field: string, conditions: readonly FieldCondition[], mark: string): readonly string[] {
  if (TWO_VALUED.has(field)) return ['true', 'false'];
  const all = conditions.filter((one) => one.field === field).flatMap(({ any, none }) => [...any, ...none]);
  const of = (how: Pattern['how']): readonly string[] => [
    ...new Set(all.flatMap((one) => (one.how === how ? [one.text] : []))),
  ];
  const ends = ['', ...of('ends')];
  const around = ['', ...of('starts')].flatMap((start) => ends.map((end) => `${start}${mark}${end}`));
  return [...of('is'), ...around];
}

/** A character that no pattern holds, so that a text with it matches nothing by chance. */
function unusedMark(conditions: readonly FieldCondition[]): string {
  const used = conditions.flatMap(({ any, none }) => [...any, ...none].map(({ text }) => text)).join('');
  for (let code = 0xe000; ; code += 1) {
    const mark = String.fromCodePoint(code);
    if (!used.includes(mark)) return mark;
  }
}

function meets(selector: EventSelector, field: string, text: string): boolean {
  return selector.every(
    (one) =>
      one.field !== field ||
      ((one.any.length === 0 || one.any.some((pattern) => matches(pattern, text))) &&
        !one.none.some((pattern) => matches(pattern, text))),
  );
}

function matches({ how, text: wanted }: Pattern, text: string): boolean {
  switch (how) {
    case 'is':
      return text === wanted;
    case 'starts':
      return text.startsWith(wanted);
    case 'ends':
      return text.endsWith(wanted);
  }
}

/** Member accounts write these texts: bounded, and without characters that would garble a terminal. */
function wordsOf(event: Event): string {
  const words = event.toSorted(([a], [b]) => (a === 'eventCategory' || (b !== 'eventCategory' && a < b) ? -1 : 1));
  const text = words.map(([field, value]) => `${field}=${value}`).join(', ');
  return text === '' ? 'any event' : text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, 300);
}

/** The selectors of a record; null when it is no such list. */
export function readSelectors(value: unknown): EventSelectors | null {
  if (!Array.isArray(value)) return null;
  const whole = value.every(
    (selector: unknown) => Array.isArray(selector) && selector.every((one: unknown) => isCondition(one)),
  );
  return whole ? (value as EventSelectors) : null;
}

function isCondition(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const { field, any, none } = value as Record<string, unknown>;
  return typeof field === 'string' && [any, none].every((list) => Array.isArray(list) && list.every(isPattern));
}

function isPattern(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const { how, text } = value as Record<string, unknown>;
  return typeof text === 'string' && (how === 'is' || how === 'starts' || how === 'ends');
}
