/** Answers of the API in which every text that could come from outside is something hostile, and nothing else is changed. */
import type * as z from 'zod';
import { Refusal, type FixtureRoute } from './fixtures/route.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The same routes, with `text()` in place of every text that the API's own shape leaves free: what the shape refuses the
 * server never sends, so it stays as it was. Texts that may be absent are filled in as well.
 */
export function poisoned(routes: readonly FixtureRoute[], text: () => string): readonly FixtureRoute[] {
  return routes.map((route) => ({
    ...route,
    answer: (asked) => {
      const given = route.answer(asked);
      if (given instanceof Refusal || route.shape === null) return given;
      return poison(given as Json, route.shape as z.ZodType, text);
    },
  }));
}

/** How many free texts were replaced since the program started: a test that poisons nothing proves nothing. */
export const poisonedTexts = { count: 0 };

function poison(given: Json, shape: z.ZodType, text: () => string): Json {
  const leaves = new Map<string, Json>();
  const all = replaced(given, [], (path, old) => {
    leaves.set(JSON.stringify(path), old);
    return text();
  });
  let bad = all;
  for (let round = 0; round < 5; round += 1) {
    const result = shape.safeParse(bad);
    if (result.success) {
      poisonedTexts.count += leaves.size;
      return bad;
    }
    const refused = new Set(result.error.issues.map((issue) => JSON.stringify(issue.path)));
    bad = replaced(bad, [], (path, now) => {
      const name = JSON.stringify(path);
      const old = leaves.get(name);
      if (old === undefined || !refused.has(name)) return now;
      leaves.delete(name);
      return old;
    });
  }
  throw new Error(`no answer of this shape could be poisoned: ${JSON.stringify(bad).slice(0, 200)}`);
}

type Replace = (path: readonly (string | number)[], leaf: Json) => Json;

function replaced(json: Json, path: readonly (string | number)[], replace: Replace): Json {
  if (Array.isArray(json)) return json.map((one: Json, at) => replaced(one, [...path, at], replace));
  if (json !== null && typeof json === 'object')
    return Object.fromEntries(
      Object.entries(json).map(([name, one]) => [name, replaced(one, [...path, name], replace)]),
    );
  return json === null || typeof json === 'string' ? replace(path, json) : json;
}
