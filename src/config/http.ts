/** The options of the pages: where they are served, by what name, and who may sign in how. */
import * as z from 'zod';
import { ROLES } from '../core/access.ts';
import { issuer, listenHost, proxyAddress, publicUrl } from './address.ts';
import { claimName, filePath, line, scopes, userName } from './grammar.ts';
import { flag, orNull, text, whole } from './option.ts';

const tlsSchema = z.strictObject({
  certFile: text(filePath).meta({ description: 'The certificate with the ones that vouch for it, as PEM.' }),
  keyFile: text(filePath).meta({ description: 'The private key of the certificate, as PEM without a passphrase.' }),
});

const oidcSchema = z.strictObject({
  issuer: text(issuer).meta({ format: 'uri', description: "The provider's issuer, as its discovery document has it." }),
  clientId: text(line).meta({ description: 'What the provider knows orgtrail as.' }),
  clientSecretFile: orNull(
    text(filePath),
    'A file that holds the client secret; null takes the environment variable ORGTRAIL_OIDC_SECRET.',
  ),
  label: text(line).default('Single sign-on').meta({ description: 'The words on the button of the sign-in page.' }),
  scopes: text(scopes).default('openid profile email').meta({ description: 'What the provider is asked for.' }),
  nameClaim: text(claimName).default('email').meta({ description: 'The claim that names the person in records.' }),
  roleClaim: text(claimName)
    .default('groups')
    .meta({ description: 'The claim whose value or values give the person a role.' }),
  roles: z
    .record(text(line), z.enum(ROLES))
    .check(({ value, issues }) => {
      if (Object.keys(value).length > 0) return;
      issues.push({ code: 'custom', message: 'names no role, so nobody could sign in', input: value });
    })
    .meta({ description: 'Which value of the claim gives which role; whoever has none of them is refused.' }),
});

export const httpSchema = z
  .strictObject({
    enabled: flag(true, 'Whether the pages, the API and the metrics are served.'),
    host: text(listenHost)
      .default('127.0.0.1')
      .meta({ description: 'The address to listen on; other than loopback needs a sign-in.' }),
    port: z.int().min(0).max(65_535).default(8080).meta({ description: 'The port to listen on; 0 takes a free one.' }),
    publicUrl: orNull(
      text(publicUrl).meta({ format: 'uri' }),
      'The address that people use, where it is another one; https: where a proxy in front speaks TLS.',
    ),
    tls: orNull(tlsSchema, 'The certificate to serve https with; null serves http.'),
    trustedProxies: z
      .array(text(proxyAddress))
      .max(64)
      .default([])
      .meta({ description: 'Addresses or networks of the proxies whose X-Forwarded-For is believed.' }),
    user: orNull(text(userName), 'One administrator, for a small installation; null leaves it to the options below.'),
    passwordFile: orNull(
      text(filePath),
      'A file that holds the password of that user; null takes the environment variable ORGTRAIL_HTTP_PASSWORD.',
    ),
    accessFile: orNull(
      text(filePath),
      'A YAML file of users and tokens, as `orgtrail access` prints them; read again when it changes.',
    ),
    oidc: orNull(oidcSchema, 'Sign-in at an OpenID Connect provider; null: none.'),
    sessionHours: whole({
      usual: 12,
      least: 1,
      most: 720,
      unit: 'hours',
      sentence: 'How long somebody stays signed in at most.',
    }),
    idleMinutes: whole({
      usual: 60,
      least: 1,
      most: 43_200,
      unit: 'minutes',
      sentence: 'How long somebody stays signed in without doing anything.',
    }),
    apply: flag(
      false,
      'Whether an administrator may apply a plan from the pages; false leaves that to the command line.',
    ),
  })
  .prefault({})
  .meta({ description: 'The pages of the daemon.' });
