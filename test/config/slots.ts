/** Whole configurations with one value to be tried, at each of the places where a grammar decides. */

export const TRAIL = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main';

interface Slot {
  readonly at: string;
  /** A whole configuration with the value at one place. */
  readonly write: (value: string) => string;
}

/** The archive's part of a configuration, some of its fields as given. */
export function archive(fields: Readonly<Record<string, string>>): string {
  const all = { bucket: 'archive-bucket', region: 'us-east-1', owner: '"111111111111"', ...fields };
  const lines = Object.entries(all).map(([key, value]) => `  ${key}: ${value}`);
  return `archive:\n${lines.join('\n')}\n`;
}

/** Each place by a name of its own; `at` is where a problem with it is reported. */
export const SLOTS = {
  bucket: {
    at: 'c.yaml:2:11 archive.bucket',
    write: (value) => `${archive({ bucket: value })}organizations: [{ name: x }]\n`,
  },
  region: {
    at: 'c.yaml:3:11 archive.region',
    write: (value) =>
      `${archive({ region: value })}organizations: [{ name: x }]\naws: { endpoint: "https://s3.example.com" }\n`,
  },
  owner: {
    at: 'c.yaml:4:10 archive.owner',
    write: (value) => `${archive({ owner: value })}organizations: [{ name: x }]\n`,
  },
  prefix: {
    at: 'c.yaml:5:11 archive.prefix',
    write: (value) => `${archive({ prefix: value })}organizations: [{ name: x }]\n`,
  },
  kmsKey: {
    at: 'c.yaml:5:11 archive.kmsKey',
    write: (value) => `${archive({ kmsKey: value })}organizations: [{ name: x }]\n`,
  },
  id: { at: 'c.yaml:5:16 accounts[0].id', write: (value) => `${archive({})}accounts: [{ id: ${value} }]\n` },
  role: {
    at: 'c.yaml:7:11 accounts[0].role',
    write: (value) => `${archive({})}accounts:\n  - id: "222222222222"\n    role: ${value}\n`,
  },
  trail: { at: 'c.yaml:8:14 accounts[0].trails[0].arn', write: (value) => trail({ arn: value }) },
  former: {
    at: 'c.yaml:10:25 accounts[0].trails[0].formerBuckets[0]',
    write: (value) => trail({ formerBuckets: `[${value}]` }),
  },
  trailRegion: {
    at: 'c.yaml:10:19 accounts[0].trails[0].regions[0]',
    write: (value) => trail({ regions: `[${value}]` }),
  },
  name: { at: 'c.yaml:6:11 organizations[0].name', write: (value) => organization({ name: value }) },
  roleName: { at: 'c.yaml:7:11 organizations[0].role', write: (value) => organization({ role: value }) },
  externalId: { at: 'c.yaml:7:17 organizations[0].externalId', write: (value) => organization({ externalId: value }) },
  unit: {
    at: 'c.yaml:7:24 organizations[0].include.units[0]',
    write: (value) => organization({ include: `{ units: [${value}] }` }),
  },
  cron: {
    at: 'c.yaml:6:25 schedules.collect',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nschedules:   { collect: ${value} }\n`,
  },
  endpoint: {
    at: 'c.yaml:6:18 aws.endpoint',
    write: (value) => `${archive({})}organizations: [{ name: x }]\naws: { endpoint: ${value} }\n`,
  },
  redisUrl: {
    at: 'c.yaml:6:15 redis.url',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nredis: { url: ${value} }\n`,
  },
  host: {
    at: 'c.yaml:6:31 http.host',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, host: ${value} }\n`,
  },
  file: {
    at: 'c.yaml:6:24 redis.passwordFile',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nredis: { passwordFile: ${value} }\n`,
  },
  user: {
    at: 'c.yaml:6:31 http.user',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, user: ${value} }\n`,
  },
  publicUrl: {
    at: 'c.yaml:6:36 http.publicUrl',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, publicUrl: ${value} }\n`,
  },
  proxy: {
    at: 'c.yaml:6:42 http.trustedProxies[0]',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, trustedProxies: [${value}] }\n`,
  },
  issuer: {
    at: 'c.yaml:6:41 http.oidc.issuer',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { issuer: ${value}, clientId: c, roles: { a: viewer } } }\n`,
  },
  scopes: {
    at: 'c.yaml:6:41 http.oidc.scopes',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { scopes: ${value}, issuer: "https://i.example", clientId: c, roles: { a: viewer } } }\n`,
  },
  claim: {
    at: 'c.yaml:6:44 http.oidc.nameClaim',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { nameClaim: ${value}, issuer: "https://i.example", clientId: c, roles: { a: viewer } } }\n`,
  },
} satisfies Record<string, Slot>;

/** A whole configuration with one trail. */
function trail(fields: Readonly<Record<string, string>>): string {
  const all = { arn: `"${TRAIL}"`, bucket: 'logs', ...fields };
  const [first, ...rest] = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  return `${archive({})}accounts:\n  - id: "222222222222"\n    trails:\n      - ${first}\n${rest.map((line) => `        ${line}\n`).join('')}`;
}

/** A whole configuration with one organization. */
export function organization(fields: Readonly<Record<string, string>>): string {
  const all = { name: 'example', ...fields };
  const [first, ...rest] = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  return `${archive({})}organizations:\n  - ${first}\n${rest.map((line) => `    ${line}\n`).join('')}`;
}

/** As YAML takes any text. */
export const quoted = (value: string): string => JSON.stringify(value);
