/** Which accounts of an organization are gathered. */

/** Names accounts by id, by a unit above them, or by tags. All three empty: names nobody. */
export interface Selector {
  readonly accounts: readonly string[];
  /** Ids of organizational units or the root, at any depth above the account. */
  readonly units: readonly string[];
  /** An account is named when it carries every pair. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The two selectors of one organization. An empty `include` takes everybody. */
export interface Selection {
  readonly include: Selector;
  readonly exclude: Selector;
}

/** What a selector looks at. `units` nearest first, the root last. */
export interface Selectable {
  readonly id: string;
  readonly units: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

/** True when the account is to be gathered: included (an empty include takes everybody) and not excluded. Exclude wins. */
export function selects(selection: Selection, account: Selectable): boolean {
  if (names(selection.exclude, account)) return false;
  return isEmpty(selection.include) || names(selection.include, account);
}

/** What must be asked of Organizations before `selects` can answer. */
export function selectionNeeds(selection: Selection): { readonly units: boolean; readonly tags: boolean } {
  const both = [selection.include, selection.exclude];
  return { units: both.some((one) => one.units.length > 0), tags: both.some((one) => pairs(one).length > 0) };
}

function names(selector: Selector, account: Selectable): boolean {
  if (selector.accounts.includes(account.id)) return true;
  if (selector.units.some((unit) => account.units.includes(unit))) return true;
  const wanted = pairs(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => account.tags.get(key) === value);
}

function isEmpty(selector: Selector): boolean {
  return selector.accounts.length === 0 && selector.units.length === 0 && pairs(selector).length === 0;
}

function pairs(selector: Selector): readonly (readonly [string, string])[] {
  return Object.entries(selector.tags);
}
