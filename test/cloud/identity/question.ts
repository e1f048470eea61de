/** One question to the policies, whose parts the tests change one at a time. */
import type { Principal } from '../endpoint.ts';
import { decide, type Question } from './decision.ts';

export const ME = '111111111111';
export const OTHER = '222222222222';
export const BUCKET = 'arn:aws:s3:::logs';
const OBJECT = 'arn:aws:s3:::logs/AWSLogs/x.json.gz';

export type Fields = Readonly<Record<string, unknown>>;

/** A policy of these statements. */
export function document(...statements: readonly Fields[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The statement that the tests vary. */
export const READ: Fields = { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/*` };

/** A user with these policies of its own; null: full rights. */
export const user = (policies: readonly string[] | null, account = ME): Principal => ({
  account,
  arn: `arn:aws:iam::${account}:user/daemon`,
  policies,
});

/** Whether a user without rights may read the object, with what the test changes about that. */
export function ask(question: Partial<Question>): boolean {
  return decide({
    principal: user([]),
    action: 's3:GetObject',
    resource: OBJECT,
    owner: ME,
    resourcePolicy: null,
    context: new Map(),
    ...question,
  });
}
