/** A person's browser on the way to the provider and back: its cookies, and where it is led. */
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type { OidcSettings } from '../../../src/web/security/parts.ts';
import { CLIENT, type Issuer } from './issuer.ts';

/** The address that people use. */
export const PUBLIC = 'http://localhost:8080';

/** A provider by its usual claims, which gives three roles. */
export function oidcSettings(issuer: Issuer, changed: Partial<OidcSettings>): OidcSettings {
  return {
    issuer: issuer.url,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    label: 'Example login',
    scopes: 'openid profile email',
    nameClaim: 'email',
    roleClaim: 'groups',
    roles: new Map([
      ['readers', 'viewer'],
      ['on-call', 'operator'],
      ['platform', 'administrator'],
    ]),
    ...changed,
  };
}

/** What a browser holds between requests. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: () => FastifyInstance;
  readonly #issuer: Issuer;

  constructor(app: () => FastifyInstance, issuer: Issuer) {
    this.#app = app;
    this.#issuer = issuer;
  }

  async get(url: string) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = cookie === '' ? {} : { cookie };
    const answer = await this.#app().inject({ url, headers });
    for (const { name, value, maxAge } of answer.cookies) {
      if (value === '' || maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Opens the button's link; where the provider sends the person back to, as a path. */
  async begin(query = ''): Promise<string> {
    const answer = await this.get(`/api/session/oidc${query}`);
    expect(answer.statusCode).toBe(303);
    const back = this.#issuer.authorize(String(answer.headers.location));
    expect(back.origin).toBe(PUBLIC);
    return `${back.pathname}${back.search}`;
  }

  /** The whole way; where it ends. */
  async signIn(query = ''): Promise<string> {
    return String((await this.get(await this.begin(query))).headers.location);
  }

  async status(url: string): Promise<number> {
    return (await this.get(url)).statusCode;
  }
}
