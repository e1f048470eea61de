/** An OpenID Connect provider of our own on loopback: discovery, keys, authorization and token endpoint, RS256. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export const CLIENT = { id: 'orgtrail', secret: 'canary-client-secret-of-the-provider' } as const;

/** What a test may have the provider do wrong, and who signs in. */
export interface Behaviour {
  claims: Record<string, unknown>;
  /** Over the usual claims of the id token. */
  overrides: Record<string, unknown>;
  /** Signs with a key that is not published. */
  foreignKey: boolean;
  /** `none` as the algorithm, without a signature. */
  unsigned: boolean;
  away: boolean;
}

export interface Issuer {
  readonly url: string;
  readonly behaviour: Behaviour;
  /** Requests by path. */
  readonly seen: string[];
  /** As a browser that follows the link and whose person agrees: where it is sent back to. */
  authorize(location: string): URL;
  stop(): Promise<void>;
}

interface Granted {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirect: string;
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: foreign } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Starts it on a free port. */
export async function startIssuer(): Promise<Issuer> {
  const behaviour: Behaviour = { claims: {}, overrides: {}, foreignKey: false, unsigned: false, away: false };
  const seen: string[] = [];
  const codes = new Map<string, Granted>();
  let url = '';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    seen.push(pathname);
    if (behaviour.away) return void response.writeHead(503).end();
    if (pathname === '/.well-known/openid-configuration') return json(response, discovery(url));
    if (pathname === '/jwks') return json(response, { keys: [jwk()] });
    if (pathname === '/token') return void token(request, response, { codes, behaviour, url });
    response.writeHead(404).end();
  });
  url = await listening(server);
  return {
    url,
    behaviour,
    seen,
    authorize: (location) => {
      const asked = new URL(location).searchParams;
      const code = randomBytes(16).toString('hex');
      const redirect = asked.get('redirect_uri') ?? '';
      codes.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '', redirect });
      const back = new URL(redirect);
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
      return back;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function discovery(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  };
}

function jwk(): object {
  return { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
}

interface Ground {
  readonly codes: Map<string, Granted>;
  readonly behaviour: Behaviour;
  readonly url: string;
}

/** Checks what a provider checks: client, code once, redirect, and that who redeems is who began (PKCE). */
async function token(request: IncomingMessage, response: ServerResponse, ground: Ground): Promise<void> {
  let body = '';
  for await (const part of request) body += String(part);
  const given = new URLSearchParams(body);
  const granted = ground.codes.get(given.get('code') ?? '');
  ground.codes.delete(given.get('code') ?? '');
  const challenge = createHash('sha256')
    .update(given.get('code_verifier') ?? '')
    .digest('base64url');
  const client = given.get('client_id') === CLIENT.id && given.get('client_secret') === CLIENT.secret;
  if (!client || granted?.challenge !== challenge || granted.redirect !== given.get('redirect_uri'))
    return json(response, { error: 'invalid_grant' }, 400);
  json(response, { access_token: 'canary-access-token', token_type: 'bearer', id_token: idToken(granted, ground) });
}

function idToken({ nonce }: Granted, { behaviour, url }: Ground): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: url, aud: CLIENT.id, sub: '42', iat: now, exp: now + 300, nonce };
  const header = { alg: behaviour.unsigned ? 'none' : 'RS256', kid: 'one', typ: 'JWT' };
  const text = `${encode(header)}.${encode({ ...usual, ...behaviour.claims, ...behaviour.overrides })}`;
  if (behaviour.unsigned) return `${text}.`;
  return `${text}.${signature(text, behaviour.foreignKey ? foreign : privateKey)}`;
}

function signature(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function json(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
