/** Every record that was made of an account's trails, by name: what a trail was, and when it became something else. */
import { parseTrailRecordKey, trailFolder, type TrailRecordName } from '../core/layout.ts';
import { formatCompact } from '../core/time.ts';
import { namesBelow, type TrailPorts } from './trails.ts';

/** The records of one trail, oldest first. */
export interface RecordedTrail {
  readonly homeRegion: string;
  /** The newest ones that fit; where none is of the time asked for, the newest of all. */
  readonly names: readonly TrailRecordName[];
  /** The very first one, where it is not among them. */
  readonly first: TrailRecordName | null;
}

export interface Bounds {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Records of all trails together, their bytes, and the trails. */
  readonly most: number;
  readonly mostBytes: number;
  readonly mostTrails: number;
}

/** The trails of an account that there are records of; `more`: not all of them. */
export async function recordedTrails(
  account: string,
  bounds: Bounds,
  ports: TrailPorts,
): Promise<{ readonly trails: readonly RecordedTrail[]; readonly more: boolean }> {
  const found: Where[] = [];
  const folder = trailFolder(ports.place.prefix, account);
  for (const homeRegion of await namesBelow(ports, folder))
    for (const trail of await namesBelow(ports, `${folder}${homeRegion}/`))
      found.push({ homeRegion, below: `${folder}${homeRegion}/${trail}/` });
  const shown = found.slice(0, bounds.mostTrails);
  const share = { ...bounds, most: bounds.most / shown.length, mostBytes: bounds.mostBytes / shown.length };
  const trails: RecordedTrail[] = [];
  for (const where of shown) trails.push(await recordedTrail(where, share, ports));
  return { trails, more: found.length > shown.length };
}

type Where = { readonly homeRegion: string; readonly below: string };

async function recordedTrail(where: Where, bounds: Bounds, ports: TrailPorts): Promise<RecordedTrail> {
  const recent = await newest(where.below, { ...bounds, after: formatCompact(bounds.since) }, ports);
  const names = recent.length > 0 ? recent : await newest(where.below, { ...bounds, after: null }, ports);
  const first = await firstOf(where.below, ports);
  const among = names.some(({ seen, mark }) => seen === first?.seen && mark === first.mark);
  return { homeRegion: where.homeRegion, names, first: among ? null : first };
}

async function firstOf(below: string, ports: TrailPorts): Promise<TrailRecordName | null> {
  for await (const [name] of named(below, null, ports)) return name;
  return null;
}

async function newest(
  below: string,
  { after, most, mostBytes }: Pick<Bounds, 'most' | 'mostBytes'> & { readonly after: string | null },
  ports: TrailPorts,
): Promise<readonly TrailRecordName[]> {
  const kept: (readonly [TrailRecordName, number])[] = [];
  let bytes = 0;
  for await (const one of named(below, after, ports)) {
    kept.push(one);
    bytes += one[1];
    while (kept.length > most || (bytes > mostBytes && kept.length > 1)) bytes -= kept.shift()?.[1] ?? 0;
  }
  return kept.map(([name]) => name);
}

async function* named(
  below: string,
  after: string | null,
  { archive, place }: TrailPorts,
): AsyncGenerator<readonly [TrailRecordName, number]> {
  const start = after === null ? {} : { startAfter: `${below}${after}` };
  for await (const { key, size } of archive.list({
    bucket: place.bucket,
    owner: place.owner,
    prefix: below,
    ...start,
  })) {
    const name = parseTrailRecordKey(place.prefix, key);
    if (name !== null) yield [name, size];
  }
}
