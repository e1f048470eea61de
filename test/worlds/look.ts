/** One look at a world as it lies there at a time: by the core, by the second verifier, and the two compared. */
import type { Finding } from '../../src/core/coverage.ts';
import type { Buckets } from '../cloud/forge/buckets.ts';
import { DAY } from '../cloud/forge/times.ts';
import type { World } from '../cloud/forge/world.ts';
import { chainOf } from '../core/forged-chain.ts';
import { GRACE, judgeChains, unlistedLogs, type Evidence, type JudgedChain } from '../core/judge-buckets.ts';
import { differences, type Said } from '../second/compare.ts';
import type { Answer, ExpectedChain, Question } from '../second/question.ts';
import { secondOpinion } from '../second/second.ts';

/** What lies in the buckets at `now`, and the regions whose keys are asked for. */
export interface Sight {
  readonly world: World;
  readonly buckets: Buckets;
  readonly now: number;
  readonly regions: readonly string[];
}

export interface Look {
  readonly judged: readonly JudgedChain[];
  /** Of each chain that is there at the time; its id is its index in the world. */
  readonly said: readonly Said[];
  readonly findings: readonly Finding[];
  /** `bucket/key` of log files that no digest names. */
  readonly unlisted: readonly string[];
  readonly answer: Answer;
  /** Where the two verifiers disagree, in words; empty when they agree chain by chain. */
  readonly disagreements: readonly string[];
}

const MAX_INFLATED = 64 * 1024 * 1024;

export function lookAt(sight: Sight): Look {
  const evidence: Evidence = { buckets: sight.buckets, now: sight.now, keys: keysOf(sight) };
  const chains = chainsSeen(sight);
  const judged = judgeChains(
    evidence,
    chains.map(({ chain }) => chain),
  );
  const unlisted = unlistedLogs(evidence, judged);
  const said = judged.map((one, index) => saidOf(one, chains[index]?.expected.id ?? ''));
  const answer = secondOpinion(
    questionOf(
      sight,
      chains.map(({ expected }) => expected),
    ),
  );
  return {
    judged,
    said,
    findings: judged.flatMap(({ coverage, backfills }) => [coverage, ...backfills].flatMap(({ findings }) => findings)),
    unlisted,
    answer,
    disagreements: differences({ said, unlisted }, answer),
  };
}

function keysOf({ world, regions, now }: Sight): Evidence['keys'] {
  return regions.flatMap((region) => world.publicKeys(region, now - 90 * DAY, now + DAY));
}

/** Every chain of the world as discovery would describe it, and as the second verifier is told of it. */
function chainsSeen({ world, now }: Sight): readonly {
  readonly chain: JudgedChain['chain'];
  readonly expected: ExpectedChain;
}[] {
  const trails = new Map(world.trailsAt(now).map((trail) => [trail.arn, trail]));
  return world.chains.flatMap((forged, index) => {
    const begins = forged.destinations[0]?.since ?? 0;
    // Which regions are switched on, and since when, discovery knows from the account.
    if (begins > now) return [];
    const trail = trails.get(forged.trail.arn) ?? forged.trail;
    const places = forged.destinations.map(({ bucket, prefix }) => ({ bucket, prefix }));
    const expected: ExpectedChain = {
      id: String(index),
      trail,
      account: forged.account,
      region: forged.region,
      organization: forged.destination.organization,
      places,
      since: Math.max(begins, trail.status.startedLogging ?? begins),
    };
    return [{ chain: { ...chainOf(forged, trail), since: begins }, expected }];
  });
}

function questionOf(sight: Sight, chains: readonly ExpectedChain[]): Question {
  return {
    now: sight.now,
    digestGrace: GRACE,
    unlistedGrace: GRACE,
    maxInflated: MAX_INFLATED,
    chains,
    objects: [...sight.buckets.values()].flatMap((bucket) => [...bucket.values()]),
    keys: keysOf(sight),
  };
}

function saidOf({ coverage, backfills, notes }: JudgedChain, id: string): Said {
  const spans = (cells: typeof coverage.cells): Said['verified'] =>
    cells.filter(({ state }) => state === 'verified').map(({ from, to }) => ({ from, to }));
  return {
    chain: id,
    verified: spans(coverage.cells),
    backfilled: backfills.flatMap(({ cells }) => spans(cells)),
    findings: [coverage, ...backfills].flatMap(({ findings }) =>
      findings.map(({ code, bucket, key, from, to }) => ({
        code,
        object: key === null ? null : `${bucket}/${key}`,
        from: from === null ? null : Date.parse(from),
        to: to === null ? null : Date.parse(to),
      })),
    ),
    notes: [...notes],
  };
}
