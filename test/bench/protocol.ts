/** What the bench and its server tell each other: the server is a process of its own, so that its time is nobody's. */

/** What is asked of the server; it answers each with `done`. */
export type Order =
  /** Milliseconds that every request waits from now on. */
  | { readonly type: 'latency'; readonly ms: number }
  /** Later runs write below this prefix of the archive bucket, where nothing is yet. */
  | { readonly type: 'archive'; readonly prefix: string }
  /** How many requests there were since this was last asked. */
  | { readonly type: 'requests' };

export interface Done {
  readonly type: 'done';
  /** Requests since they were last asked for; 0 for other orders. */
  readonly requests: number;
}

/** What the server holds and how to reach it. Times in epoch milliseconds, sizes in bytes. */
export interface Ground {
  readonly type: 'ground';
  readonly url: string;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly trailArn: string;
  readonly from: number;
  readonly to: number;
  readonly digests: number;
  readonly logs: number;
  /** Of all log files. */
  readonly stored: number;
  readonly inflated: number;
}

export type Told = Ground | Done;
