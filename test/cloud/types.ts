/** What the forge makes and the endpoints serve: the vocabulary both sides of our own cloud share. */
import type { AccountState } from '../../src/core/source.ts';

/** One object as CloudTrail (or an attacker) puts it. */
export interface CloudObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly metadata: ReadonlyMap<string, string>;
  readonly contentType: string;
  readonly contentEncoding: string | null;
}

/** One trail in its owner's account. Times are epoch milliseconds. */
export interface CloudTrail {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly homeRegion: string;
  readonly bucket: string;
  /** Without a trailing slash, as AWS returns it; null when there is none. */
  readonly prefix: string | null;
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly validation: boolean;
  readonly status: {
    readonly logging: boolean;
    readonly latestDigestDelivery: number | null;
    readonly latestDigestError: string | null;
    readonly startedLogging: number | null;
    readonly stoppedLogging: number | null;
  };
  /** As GetEventSelectors answers: `EventSelectors` or `AdvancedEventSelectors`; absent: every management event. */
  readonly selectors?: Readonly<Record<string, unknown>>;
}

/** A public key as ListPublicKeys serves it. */
export interface CloudPublicKey {
  readonly region: string;
  readonly fingerprint: string;
  readonly der: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
}

/** An account as Organizations lists it. */
export interface CloudAccount {
  readonly id: string;
  readonly name: string;
  readonly state: AccountState;
  /** Organizational units above it, nearest first, the root (`r-…`) last. */
  readonly units: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

/** A role in an account: who may assume it, with which external id, and what its sessions may do. */
export interface CloudRole {
  readonly arn: string;
  readonly account: string;
  /** Principal ARNs (users or roles) that the trust policy names. */
  readonly trusted: readonly string[];
  readonly externalId: string | null;
  /** IAM policy documents of the role, as JSON text. */
  readonly policies: readonly string[];
}
