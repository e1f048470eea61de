/// <reference lib="dom" />
/**
 * The coverage map in Chromium with 5,000 accounts: when its rows are first seen, and the longest task of the page while
 * one scrolls through all of it. `node test/bench/map.ts`; the limits are 1.5 s and 100 ms, and breaking one fails.
 */
import { openStage, WIDE } from '../pages/browser.ts';
import { overviewRoutes } from '../pages/fixtures/overview.ts';

const ACCOUNTS = 5000;
const ROUNDS = 5;
const FIRST_VIEW_MS = 1500;
const LONG_TASK_MS = 100;

interface Figures {
  readonly firstView: number;
  readonly longest: number;
  readonly tasks: number;
  readonly elements: number;
  readonly heapMb: number;
}

const stage = await openStage();
const server = await stage.serve(overviewRoutes({ accounts: ACCOUNTS, trouble: true }));

/** One visit with an empty cache: to the first row, then with the wheel to the end and back. */
async function visit(): Promise<Figures> {
  const { page } = await stage.visit(WIDE);
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('[role="rowheader"] a') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => performance.mark('rows'));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(server.url);
  await page.getByRole('rowheader').first().waitFor();
  await page.waitForTimeout(500);
  const firstView = await page.evaluate(() => performance.getEntriesByName('rows')[0]?.startTime ?? Number.NaN);
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { longTasks: seen });
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ entryTypes: ['longtask'] as never });
  });
  await page.mouse.move(800, 500);
  for (let at = 0; at < 90; at += 1) {
    await page.mouse.wheel(0, at < 70 ? 1800 : -6000);
    await page.waitForTimeout(25);
  }
  const after = await page.evaluate(() => ({
    tasks: (window as unknown as { longTasks: number[] }).longTasks,
    elements: document.querySelectorAll('*').length,
    heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  }));
  await page.context().close();
  return {
    firstView: Math.round(firstView),
    longest: Math.round(Math.max(0, ...after.tasks)),
    tasks: after.tasks.length,
    elements: after.elements,
    heapMb: Math.round(after.heap / 1e6),
  };
}

const rounds: Figures[] = [];
for (let at = 0; at < ROUNDS; at += 1) rounds.push(await visit());
await stage.close();
console.table(rounds);
const median = (pick: (one: Figures) => number): number =>
  rounds.map(pick).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
const broken = [
  median((one) => one.firstView) > FIRST_VIEW_MS && `first view takes more than ${FIRST_VIEW_MS} ms`,
  median((one) => one.longest) > LONG_TASK_MS && `a task while scrolling takes more than ${LONG_TASK_MS} ms`,
].filter((one) => one !== false);
for (const one of broken) console.error(one);
process.exitCode = broken.length;
