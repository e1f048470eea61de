/** Every limit of the daemon. Nothing is unbounded, so none of these can be switched off. */
import * as z from 'zod';
import { whole } from './option.ts';

const MIB = 1024 * 1024;
const DAY_MINUTES = 24 * 60;

const concurrency = {
  accountConcurrency: whole({
    usual: 8,
    least: 1,
    most: 256,
    unit: 'accounts',
    sentence: 'How many accounts are looked at side by side.',
  }),
  digestConcurrency: whole({
    usual: 16,
    least: 1,
    most: 256,
    unit: 'digests',
    sentence: 'How many digests are worked on side by side.',
  }),
  objectConcurrency: whole({
    usual: 64,
    least: 1,
    most: 1024,
    unit: 'objects',
    sentence: 'How many objects are read or written side by side.',
  }),
  hashThreads: whole({ usual: 2, least: 1, most: 64, unit: 'threads', sentence: 'How many threads inflate and hash.' }),
};

const sizes = {
  maxObjectBytes: whole({
    usual: 64 * MIB,
    least: MIB,
    most: 1024 * MIB,
    unit: 'bytes',
    sentence: 'The largest object that is read, as stored.',
  }),
  maxInflatedBytes: whole({
    usual: 256 * MIB,
    least: MIB,
    most: 2047 * MIB,
    unit: 'bytes',
    sentence: 'The largest content that a log file may inflate to; more is taken for a bomb.',
  }),
  maxListedObjects: whole({
    usual: 5_000_000,
    least: 1000,
    most: 1_000_000_000,
    unit: 'objects',
    sentence: 'How many objects one sweep may list before it is given up.',
  }),
};

const timeouts = {
  connectTimeoutMs: whole({
    usual: 5000,
    least: 100,
    most: 60_000,
    unit: 'milliseconds',
    sentence: 'How long a connection may take to stand.',
  }),
  requestTimeoutMs: whole({
    usual: 30_000,
    least: 1000,
    most: 600_000,
    unit: 'milliseconds',
    sentence: 'How long an answer may take to begin.',
  }),
  readTimeoutMs: whole({
    usual: 120_000,
    least: 1000,
    most: 3_600_000,
    unit: 'milliseconds',
    sentence: 'How long the whole of one object may take.',
  }),
  jobAttempts: whole({
    usual: 8,
    least: 1,
    most: 100,
    unit: 'attempts',
    sentence: 'How often a job is tried before it is set aside.',
  }),
  shutdownGraceSeconds: whole({
    usual: 30,
    least: 1,
    most: 3600,
    unit: 'seconds',
    sentence: 'How long running jobs may take to end when the daemon stops.',
  }),
};

const windows = {
  sweepWindowHours: whole({
    usual: 48,
    least: 2,
    most: 2400,
    unit: 'hours',
    sentence: 'How far back an ordinary sweep looks for late files.',
  }),
  digestGraceMinutes: whole({
    usual: 120,
    least: 60,
    most: 7 * DAY_MINUTES,
    unit: 'minutes',
    sentence: 'How long after its end a digest may take to arrive before it counts as late.',
  }),
  unlistedGraceHours: whole({
    usual: 26,
    least: 1,
    most: 720,
    unit: 'hours',
    sentence: 'How long a log file may go without a digest that names it before that is a finding.',
  }),
  sweepMaxAgeMinutes: whole({
    usual: 180,
    least: 5,
    most: 7 * DAY_MINUTES,
    unit: 'minutes',
    sentence: 'How old the last full round may be before the daemon is not ready.',
  }),
  coverDelaySeconds: whole({
    usual: 60,
    least: 0,
    most: 3600,
    unit: 'seconds',
    sentence: 'How long news of an account are gathered before its coverage is computed anew.',
  }),
  publicKeySlackMinutes: whole({
    usual: 120,
    least: 0,
    most: 7 * DAY_MINUTES,
    unit: 'minutes',
    sentence: "How far outside a digest's times its public key is still looked for.",
  }),
};

/** Pairs of limits of which the first may not be larger than the second. */
export const ORDERED_LIMITS = [
  ['maxObjectBytes', 'maxInflatedBytes'],
  ['connectTimeoutMs', 'requestTimeoutMs'],
  ['requestTimeoutMs', 'readTimeoutMs'],
] as const;

export const limitsSchema = z
  .strictObject({ ...concurrency, ...sizes, ...timeouts, ...windows })
  .prefault({})
  .meta({ description: 'Bounds on memory, connections, time and work. None can be switched off.' });
