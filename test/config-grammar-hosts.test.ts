/** Schedules, hosts, files and sign-in: what each grammar takes and what it refuses, with place and reason. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { expectRefusal, FILE } from './config/refusal.ts';
import { quoted, SLOTS } from './config/slots.ts';

describe.each<[keyof typeof SLOTS, readonly string[]]>([
  ['cron', ['*/5 * * * *', '0 30 2 * * MON', '@daily']],
  [
    'endpoint',
    [
      'https://s3.example.com',
      'https://10.0.0.5:9000/',
      'http://127.0.0.1:8000',
      'http://localhost:1',
      'http://[::1]:8000',
    ],
  ],
  ['redisUrl', ['redis://h', 'rediss://user@h:6380/2', 'redis://[::1]:6379', 'redis://10.0.0.1/']],
  ['host', ['0.0.0.0', '::', 'pages.example.com', 'localhost']],
  ['publicUrl', ['https://trail.example', 'https://trail.example:8443/', 'http://localhost:8080', 'http://[::1]']],
  ['issuer', ['https://login.example', 'https://login.example/realms/a', 'http://127.0.0.1:9000']],
  ['proxy', ['10.0.0.1', '10.0.0.0/24', '::1', 'fd00::/8']],
  ['scopes', ['openid', 'openid profile groups offline_access']],
  ['claim', ['email', 'https://example.com/claims/roles', 'cognito:groups']],
])('%s', (slot, values) => {
  test.each(values)('takes %s', (value) => {
    expect(() => parseConfig(SLOTS[slot].write(quoted(value)), FILE, {})).not.toThrow();
  });
});

describe.each<[keyof typeof SLOTS, readonly (readonly [value: string, reason: string])[]]>([
  [
    'cron',
    [
      ['61 * * * *', 'minute "61" is not possible'],
      ['* 25 * * 9', 'hour "25" is not possible, day of week "9" is not possible'],
      ['0 0 31 2 *', 'day of month "31" is not possible'],
      ['* * *', 'expected 5 or 6 fields but got 3'],
      ['', 'is no cron expression'],
      ['hourly', 'is no cron expression'],
      ['* * * *\n*', 'control characters'],
    ],
  ],
  [
    'endpoint',
    [
      ['http://s3.example.com', 'is http: on a host that is not loopback'],
      ['http://10.0.0.1', 'is http: on a host that is not loopback'],
      ['http://169.254.169.254', 'link-local or metadata'],
      ['https://169.254.170.2', 'link-local or metadata'],
      ['https://2852039166', 'link-local or metadata'],
      ['https://0xA9FEA9FE', 'link-local or metadata'],
      ['https://[::ffff:169.254.169.254]', 'link-local or metadata'],
      ['https://[fe80::1]', 'link-local or metadata'],
      ['https://[fd00:ec2::254]', 'link-local or metadata'],
      ['https://[64:ff9b::a9fe:a9fe]', 'link-local or metadata'],
      ['https://metadata.google.internal', 'link-local or metadata'],
      ['https://0.0.0.0', 'link-local or metadata'],
      ['file:///etc/passwd', 'starts with "file:"'],
      ['ftp://h', 'starts with "ftp:"'],
      ['s3.example.com', 'is no URL'],
      ['https://', 'is no URL'],
      ['https://u:p@h', 'holds a user or password'],
      ['https://h/path', 'has a path or a query'],
      ['https://h?x=1', 'has a path or a query'],
      ['ht\ntps://h', 'is no URL'],
      ['https://h.exam\nple.com', 'is no URL'],
      [' https://h', 'is no URL'],
      ['http://127.0.0.1.example.com', 'not loopback'],
      ['http://localhost.example.com', 'not loopback'],
    ],
  ],
  [
    'redisUrl',
    [
      ['http://h', 'must start with "redis:" or "rediss:"'],
      ['h:6379', 'is no URL'],
      ['redis://:pw@h', 'holds a password'],
      ['redis://u:pw@h', 'holds a password'],
      ['redis://h?password=pw', 'holds a password'],
      ['redis://h?db=1', 'has options behind "?"'],
      ['redis:///0', 'names no host'],
      ['redis://h/name', 'has a path'],
      ['redis://169.254.169.254', 'link-local or metadata'],
    ],
  ],
  [
    'host',
    [
      ['[::1]', 'is no host'],
      ['a b', 'is no host'],
      ['', 'is no host'],
      ['http://h', 'is no host'],
    ],
  ],
  [
    'file',
    [
      ['', 'is empty'],
      [' ', 'is empty'],
      ['a\u0000b', 'control characters'],
      ['a\nb', 'control characters'],
    ],
  ],
  [
    'user',
    [
      ['a:b', 'is no user name'],
      ['', 'is no user name'],
      ['ä', 'is no user name'],
    ],
  ],
  [
    'publicUrl',
    [
      ['trail.example', 'is no URL'],
      ['https://', 'is no URL'],
      ['http://trail.example', 'does not start with "https:"'],
      ['ftp://trail.example', 'does not start with "https:"'],
      ['https://me:pw@trail.example', 'holds a user or password'],
      ['https://trail.example/pages', 'has a path'],
      ['https://trail.example?x=1', 'has a query'],
      ['https://trail.example\n', 'is no URL'],
    ],
  ],
  [
    'issuer',
    [
      ['login.example', 'is no URL'],
      ['http://login.example', 'does not start with "https:"'],
      ['https://me:pw@login.example', 'holds a user or password'],
      ['https://login.example#x', 'has a query'],
      ['https://169.254.169.254', 'link-local or metadata'],
      ['https://metadata.google.internal/x', 'link-local or metadata'],
    ],
  ],
  [
    'proxy',
    [
      ['proxy.example', 'is no address'],
      ['10.0.0.0/33', 'is no address'],
      ['fd00::/129', 'is no address'],
      ['10.0.0.1:80', 'is no address'],
      ['0.0.0.0/0', 'holds every address'],
      ['::/0', 'holds every address'],
      ['10.0.0.0/00', 'holds every address'],
    ],
  ],
  [
    'scopes',
    [
      ['profile email', 'does not name the scope "openid"'],
      ['openid  email', 'is no list of scopes'],
      ['', 'is no list of scopes'],
      ['openid "x"', 'is no list of scopes'],
    ],
  ],
  [
    'claim',
    [
      ['', 'is no name of a claim'],
      ['a b', 'is no name of a claim'],
      ['x'.repeat(129), 'is no name of a claim'],
    ],
  ],
])('%s', (slot, refused) => {
  test.each(refused)('refuses %j', (value, reason) => {
    expectRefusal(SLOTS[slot].write(quoted(value)), SLOTS[slot].at, reason);
  });
});
