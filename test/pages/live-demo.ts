/** The demo's organization with the real daemon, Redis and pages, for a browser to look at; it is driven by the test. */
import { HOUR } from '../../src/core/time.ts';
import { fastClock } from '../demo/clock.ts';
import { startDeliveries } from '../demo/deliveries.ts';
import { createInsider, type Insider } from '../demo/insider.ts';
import { openStage, type Ending, type Stage } from '../demo/stage.ts';

const HISTORY_HOURS = 6;
const LOOK_MS = 200;

export interface LiveDemo {
  readonly url: string;
  readonly stage: Stage;
  readonly insider: Insider;
  /** What is no operating error, and would have ended the daemon. */
  readonly bugs: readonly unknown[];
  close(): Promise<void>;
}

/** `hourSeconds`: how long an hour of its time takes. The insider sleeps until `wake` is called. */
export async function openLiveDemo({ hourSeconds }: { readonly hourSeconds: number }): Promise<LiveDemo> {
  const start = Math.floor(Date.now() / HOUR - 30 * 24) * HOUR;
  const clock = fastClock(start + HISTORY_HOURS * HOUR, hourSeconds * 1000);
  const endings: Ending[] = [];
  const bugs: unknown[] = [];
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const plan = { clock, start, port: 0, say: () => undefined, endings, onBug: (error: unknown) => bugs.push(error) };
    const stage = await openStage(plan);
    const insider = createInsider(stage.organization, () => undefined);
    const deliveries = startDeliveries(stage.organization, clock, (delivery) => insider.onDelivery(delivery));
    const looking = setInterval(() => insider.look(), LOOK_MS);
    endings.push(async () => deliveries.stop());
    endings.push(async () => clearInterval(looking));
    return { url: stage.program.url ?? '', stage, insider, bugs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
