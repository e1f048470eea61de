/** Calls on a trail as CloudTrail records them. */
import type { Chain } from '../../src/core/source.ts';
import { changeOf, type TrailChange } from '../../src/core/trail-change.ts';
import { isoSeconds } from '../cloud/forge/times.ts';

let events = 0;

/** The record of one call on the chain's trail; `parts` replace what it would hold. */
export function recordAt(
  { source }: Pick<Chain, 'source'>,
  call: { readonly name: string; readonly time: number; readonly parameters?: object },
  parts: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  events += 1;
  const { name, time, parameters = {} } = call;
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${source.reader}:user/alice`, accountId: source.reader },
    eventTime: isoSeconds(time),
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: name,
    awsRegion: source.homeRegion,
    requestParameters: { [name === 'PutEventSelectors' ? 'trailName' : 'name']: source.trailArn, ...parameters },
    responseElements: null,
    eventID: `00000000-0000-4000-8000-${String(events).padStart(12, '0')}`,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: source.reader,
    eventCategory: 'Management',
    ...parts,
  };
}

/** One change of the chain's trail, as read from a proven log file. */
export function changeAt(chain: Pick<Chain, 'source'>, name: TrailChange['name'], time: number): TrailChange {
  return changeWith(chain, { name, time });
}

/** The same with parameters beside the trail's name. */
export function changeWith(
  chain: Pick<Chain, 'source'>,
  call: { readonly name: TrailChange['name']; readonly time: number; readonly parameters?: object },
): TrailChange {
  const change = changeOf(JSON.stringify(recordAt(chain, call)), 'log');
  if (change === null) throw new Error(`no change: ${call.name}`);
  return change;
}
