/** "Reading the dashboard": no state, code, metric or role is missing on the page or in the README, and both say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RIGHTS, rightsOf, ROLES } from '../../src/core/access.ts';
import { DAEMON_EXPLANATIONS } from '../../src/core/board/daemon-explanations.ts';
import { CODE_EXPLANATIONS, explanationOf, STATE_EXPLANATIONS } from '../../src/core/board/explanations.ts';
import {
  BLOCKED_CODES,
  CELL_STATES,
  CHAIN_CODES,
  DIGEST_CODES,
  LINK_CODES,
  LOG_CODES,
  NOTE_CODES,
} from '../../src/core/verdict.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { RIGHT_WORDS, ROLE_WORDS } from '../../src/web/ui/reading/access-words.ts';
import * as chapters from '../../src/web/ui/reading/chapters.ts';
import { METRICS } from '../../src/web/ui/reading/metric-list.ts';
import { SHAPE_WORDS } from '../../src/web/ui/reading/shapes.ts';
import { skipWithoutBrowser } from './browser.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

const README = readFileSync(join(import.meta.dirname, '../../src/web/README.md'), 'utf8');
const CODES = new Set<string>([DIGEST_CODES, LINK_CODES, CHAIN_CODES, LOG_CODES, BLOCKED_CODES, NOTE_CODES].flat());
const EVERY_CODE = [...new Set([...CODES, ...Object.keys(CODE_EXPLANATIONS), ...Object.keys(DAEMON_EXPLANATIONS)])];

/** Lines of the README that lack; each is printed as it ought to stand there. */
function lacking(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !README.includes(`${line}\n`));
}

describe('the README of the dashboard', () => {
  test('says what each state means, and how it is drawn', () => {
    const line = (state: (typeof CELL_STATES)[number]) =>
      `| \`${state}\` | ${SHAPE_WORDS[state]} | ${STATE_EXPLANATIONS[state]} |`;
    expect(lacking(CELL_STATES.map(line))).toEqual([]);
  });

  test('says what each code means', () => {
    expect(EVERY_CODE.length).toBeGreaterThan(60);
    expect(lacking(EVERY_CODE.map((code) => `| \`${code}\` | ${explanationOf(code)} |`))).toEqual([]);
  });

  test('says what each metric means', () => {
    expect(lacking(METRICS.map(({ name, sentence }) => `| \`${name}\` | ${sentence} |`))).toEqual([]);
  });

  test('says what each role and each right is for', () => {
    const held = (role: (typeof ROLES)[number]) =>
      rightsOf(role)
        .map((right) => `\`${right}\``)
        .join(', ');
    expect(lacking(ROLES.map((role) => `| ${role} | ${ROLE_WORDS[role]} | ${held(role)} |`))).toEqual([]);
    expect(lacking(RIGHTS.map((right) => `| \`${right}\` | ${RIGHT_WORDS[right]} |`))).toEqual([]);
  });

  test('says what the page says, chapter by chapter', () => {
    const flat = README.replaceAll(/\s+/g, ' ');
    const said = Object.values(chapters).flatMap(({ title, paragraphs }) => [`## ${title}`, ...paragraphs]);
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((text) => !flat.includes(text))).toEqual([]);
  });

  test('names only codes and metrics that there are', () => {
    const rows = [...README.matchAll(/^\| `([a-z_-]+)` \|/gm)].map(([, name = '']) => name);
    const known = new Set<string>([...EVERY_CODE, ...CELL_STATES, ...RIGHTS, ...METRICS.map(({ name }) => name)]);
    expect(rows.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the list of metrics', () => {
  test('is what /metrics answers, word for word', async () => {
    const told = [...(await createMetrics().text()).matchAll(/^# HELP (orgtrail_\S+) (.*)$/gm)];
    expect(METRICS).toEqual(told.map(([, name, sentence]) => ({ name, sentence })));
  });
});

describe.skipIf(skipWithoutBrowser() !== null)('the page', () => {
  let look: Look;
  beforeAll(async () => {
    look = await openLook([]);
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('has a sentence at an address of its own for every state, code, metric and role', async () => {
    const { page, context, complaints } = await look.open('/reading');
    const at = await page.evaluate(() =>
      [...document.querySelectorAll('[id^=state-], [id^=code-], [id^=metric-], [id^=role-]')].map((entry) => [
        entry.id,
        entry.querySelector('dd')?.textContent ?? '',
      ]),
    );
    const plain = (text: string): string => text.replaceAll('`', '');
    const wanted = [
      ...CELL_STATES.map((state) => [`state-${state}`, plain(STATE_EXPLANATIONS[state])]),
      ...EVERY_CODE.map((code) => [`code-${code}`, plain(explanationOf(code))]),
      ...METRICS.map(({ name, sentence }) => [`metric-${name}`, plain(sentence)]),
    ];
    const roles = at.filter(([id]) => id?.startsWith('role-'));
    expect(new Map(at.filter(([id]) => !id?.startsWith('role-')) as [string, string][])).toEqual(
      new Map(wanted as [string, string][]),
    );
    expect(roles.map(([id]) => id)).toEqual(ROLES.map((role) => `role-${role}`));
    for (const [, sentence = ''] of roles) expect(sentence).toContain('read every page');
    expect(new Set(at.map(([id]) => id)).size).toBe(at.length);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('goes to the entry that an address names, from outside and from within', async () => {
    const { page, context } = await look.open('/reading#code-log-hash-mismatch');
    const entry = page.locator('#code-log-hash-mismatch');
    await expect.poll(() => entry.getAttribute('data-asked')).toBe('true');
    expect(await entry.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await entry.evaluate((element) => element.getBoundingClientRect().top < innerHeight)).toBe(true);
    await page.getByRole('link', { name: 'Roles and rights' }).click();
    await expect.poll(() => entry.getAttribute('data-asked')).toBeNull();
    await context.close();
  });

  test('says something of a code that has no entry, and nothing of what is no code', async () => {
    const { page, context, complaints } = await look.open('/reading#code-posture-weaker');
    await page.getByText('About a setting of the archive bucket').waitFor();
    await page.goto('/system');
    await page.goto('/reading#code-%3Cimg%20src=x%20onerror=alert(1)%3E');
    await page.getByRole('heading', { name: 'The codes' }).waitFor();
    expect(await page.locator('main').innerText()).not.toContain('onerror');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('has no serious fault in any mode', async () => {
    const { page, context, complaints } = await look.open('/reading#state-failed');
    expect(await faultsInEveryMode(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
