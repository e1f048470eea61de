/** Faults on demand: rules that say which requests go wrong, how, and how often. Seeded, so that a run can be repeated. */
import type { NamedRequest, ServiceName } from './journal.ts';

export type Fault =
  /** Refused before anything happens. */
  | { readonly kind: 'status'; readonly status: number; readonly code: string; readonly message?: string }
  /** 409 ConditionalRequestConflict, as S3 gives it when two conditional writes race. */
  | { readonly kind: 'conflict-409' }
  /** Answered later by that many milliseconds. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The body ends after that many bytes, though Content-Length promised all of them. */
  | { readonly kind: 'cut'; readonly at: number }
  /** The connection is reset: before anything happens, or when all is done but not yet said. */
  | { readonly kind: 'reset'; readonly done: boolean }
  /** No answer for ever, or none after that many bytes of the body. */
  | { readonly kind: 'stall'; readonly at: number | null }
  /** 200 and nothing else, nothing done. */
  | { readonly kind: 'empty-200' }
  /** 200 and a page in HTML, as from a proxy; nothing done. */
  | { readonly kind: 'html-200' }
  /** 200 and an S3 error in the body, nothing done. */
  | { readonly kind: 'error-in-200'; readonly code: string }
  /** One bit of the body is another, length and ETag stay, no checksum goes along. */
  | { readonly kind: 'wrong-bytes' }
  /** Everything is done, and the answer is 500. */
  | { readonly kind: 'done-but-500' }
  /** A listing that never ends, that is cut without saying how to go on, or that names a key it was not asked for. */
  | { readonly kind: 'listing'; readonly how: 'endless-token' | 'missing-token' | 'foreign-key' }
  /** Something changes just before the request is served: a race, at the worst moment. */
  | { readonly kind: 'interfere'; readonly act: () => void };

/** Everything named must hold; what is not named matches all. */
export interface FaultMatch {
  readonly service?: ServiceName;
  readonly operation?: string | RegExp;
  readonly bucket?: string;
  /** Against the object's key; against the ARN of the role for AssumeRole, of the key for KMS, of the topic for SNS. */
  readonly key?: RegExp;
  /** The account of who asks. */
  readonly account?: string;
}

export interface FaultRule {
  readonly match: FaultMatch;
  readonly fault: Fault;
  /** How often it strikes before it is spent; for ever when absent. */
  readonly times?: number;
  /** 0 to 1; 1 when absent. */
  readonly probability?: number;
}

/** What strikes one request: the sum of all delays, and one fault at most. */
export interface Strike {
  readonly delay: number;
  readonly fault: Exclude<Fault, { kind: 'latency' }> | null;
}

export interface Faults {
  /** Milliseconds that every request waits before it is served (a distant region, for benchmarks). */
  latency: number;
  /** Adds a rule; the answer takes it off again. The first rule that strikes wins; delays add up. */
  add(rule: FaultRule): () => void;
  /** Takes all rules off. The counts stay. */
  clear(): void;
  /** How many faults of each kind have struck so far. A chaos run that struck nothing proves nothing. */
  counts(): ReadonlyMap<Fault['kind'], number>;
  /** The faults for one request; counts them. */
  strike(named: NamedRequest): Strike;
}

export function createFaults(seed: number): Faults {
  const random = createRandom(seed);
  const counts = new Map<Fault['kind'], number>();
  const rules = new Map<FaultRule, number>();
  const strikes = (rule: FaultRule, named: NamedRequest): boolean => {
    const left = rules.get(rule) ?? 0;
    if (left <= 0 || !matchesRule(rule.match, named)) return false;
    if (rule.probability !== undefined && random() >= rule.probability) return false;
    rules.set(rule, left - 1);
    counts.set(rule.fault.kind, (counts.get(rule.fault.kind) ?? 0) + 1);
    return true;
  };
  const faults: Faults = {
    latency: 0,
    add: (rule) => {
      const own = { ...rule };
      rules.set(own, rule.times ?? Number.POSITIVE_INFINITY);
      return () => rules.delete(own);
    },
    clear: () => rules.clear(),
    counts: () => new Map(counts),
    strike: (named) => {
      let delay = faults.latency;
      let fault: Strike['fault'] = null;
      for (const rule of rules.keys()) {
        if (rule.fault.kind === 'latency') delay += strikes(rule, named) ? rule.fault.ms : 0;
        else if (fault === null && strikes(rule, named)) fault = rule.fault;
      }
      return { delay, fault };
    },
  };
  return faults;
}

function matchesRule(match: FaultMatch, named: NamedRequest): boolean {
  if (match.service !== undefined && match.service !== named.service) return false;
  if (match.bucket !== undefined && match.bucket !== named.bucket) return false;
  if (match.account !== undefined && match.account !== named.principal?.account) return false;
  if (match.key !== undefined && (named.key === null || !freshTest(match.key, named.key))) return false;
  if (match.operation === undefined) return true;
  return typeof match.operation === 'string'
    ? match.operation === named.operation
    : freshTest(match.operation, named.operation);
}

/** A pattern with the `g` flag remembers where it stopped; it must not. */
function freshTest(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

/** Mulberry32: small, good enough for chaos, the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
