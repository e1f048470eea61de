/** The options that say how the daemon runs: Redis, schedules, AWS calls, its log. */
import * as z from 'zod';
import { endpoint, redisUrl } from './address.ts';
import { cron, filePath, region } from './grammar.ts';
import { flag, orNull, text } from './option.ts';

const tlsSchema = z.strictObject({
  caFile: orNull(text(filePath), "A file with the certificates that Redis is trusted by; null takes the machine's."),
});

export const redisSchema = z
  .strictObject({
    url: text(redisUrl).default('redis://127.0.0.1:6379').meta({
      format: 'uri',
      description:
        'Where Redis is, without a password. The environment variables ORGTRAIL_REDIS_URL, then REDIS_URL, override it.',
    }),
    passwordFile: orNull(
      text(filePath),
      'A file that holds the password of Redis; null takes it from the environment variable REDIS_PASSWORD, if set.',
    ),
    tls: orNull(tlsSchema, 'TLS settings of a rediss: address; null takes the usual ones.'),
  })
  .prefault({})
  .meta({ description: 'Redis holds what is to be done next, never evidence.' });

function schedule(usual: string, sentence: string) {
  return text(cron)
    .default(usual)
    .meta({ description: `${sentence} Cron with 5 or 6 fields, in UTC.` });
}

export const schedulesSchema = z
  .strictObject({
    discover: schedule('7 * * * *', 'When accounts and trails are looked for.'),
    collect: schedule('*/10 * * * *', 'When sources are swept for new files.'),
    reconcile: schedule('23 3 * * *', "When the archive bucket's settings are compared with the wanted ones."),
  })
  .prefault({})
  .meta({ description: 'When the daemon does what.' });

export const reconcileSchema = z
  .strictObject({
    apply: flag(
      false,
      'Whether the daemon brings differences to the wanted state by itself; false makes each one a finding.',
    ),
  })
  .prefault({})
  .meta({ description: 'What the daemon does about a difference between the archive bucket and its wanted state.' });

export const awsSchema = z
  .strictObject({
    region: text(region)
      .default('us-east-1')
      .meta({ description: 'The region that STS and Organizations are called in.' }),
    forcePathStyle: flag(
      false,
      'Whether buckets are named in the path instead of the host; stores that are not AWS need it.',
    ),
    endpoint: orNull(
      text(endpoint).meta({ format: 'uri' }),
      "One endpoint for every service; null takes AWS's. The SDK's own AWS_ENDPOINT_URL variables work too.",
    ),
  })
  .prefault({})
  .meta({ description: 'How AWS is called.' });

export const logSchema = z
  .strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .meta({ description: 'The least severe level that is logged.' }),
  })
  .prefault({})
  .meta({ description: 'The log, on standard output as JSON lines.' });
