/** One finding: what was seen, where and when, what to do now, what is kept of it, and who has accepted it. */
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { explanationOf } from '../../../core/board/explanations.ts';
import type { FindingPage as Answer, FindingView } from '../../contract/findings.ts';
import { accountAddress, apiPath, chainAddress, findingsAddress } from '../accounts/addresses.ts';
import { useApi, type ApiResult } from '../api/client.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { Code } from '../parts/code.tsx';
import { Command } from '../parts/command.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Id } from '../parts/name.tsx';
import { Hint } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { Acceptance } from './acceptance.tsx';
import { Facts } from './facts.tsx';
import { DigestThen } from './digest-then.tsx';
import { settledOf } from './finding-list.tsx';
import { Interval } from './interval.tsx';
import { Quarantine } from './quarantine.tsx';
import styles from './findings.module.css';

/** `/findings/:finding`. */
export function FindingPage(): ReactNode {
  const { finding } = useParams<{ finding: string }>();
  const result = useApi<Answer>(apiPath(['findings', finding]), { topics: ['findings'] });
  const { data } = result;
  return (
    <Page
      title={data?.finding.code ?? 'Finding'}
      sentence={data === undefined ? undefined : explanationOf(data.finding.code)}
      readAt={data?.readAt ?? null}
      actions={<Link href={findingsAddress()}>All findings</Link>}
    >
      <View of={result}>{(page) => <Body page={page} result={result} />}</View>
    </Page>
  );
}

function Body({ page, result }: { readonly page: Answer; readonly result: ApiResult<Answer> }): ReactNode {
  const { finding, quarantine, commands } = page;
  return (
    <>
      <Verdict finding={finding} />
      <NextStep hint={finding.hint} commands={commands} />
      <Section title="Where and when">
        <Place finding={finding} />
      </Section>
      {quarantine.length > 0 && (
        <Section
          title="In quarantine"
          sentence="The bytes as they were received, kept apart, with a note of the evidence. Nothing of it is deleted."
        >
          <Quarantine entries={quarantine} archive={page.archive} told={finding.detail} />
        </Section>
      )}
      <Section title="Acceptance">
        <Acceptance finding={finding} onAccepted={() => result.reload()} />
      </Section>
    </>
  );
}

function Verdict({ finding }: { readonly finding: FindingView }): ReactNode {
  const settled = settledOf(finding);
  return (
    <div className={styles.verdict} data-settled={settled !== null}>
      <Group gap="sm" mb={4}>
        <strong>{settled === null ? 'Open' : settled === 'gone' ? 'Gone since' : 'Accepted'}</strong>
        {settled === 'gone' && <Time at={finding.goneAt} />}
        <Code code={finding.code} />
      </Group>
      <p className={styles.evidence}>{finding.detail}</p>
    </div>
  );
}

function NextStep({ hint, commands }: { readonly hint: string; readonly commands: readonly string[] }): ReactNode {
  return (
    <Section title="Next step" side={<CopyButton text={hint} what="next step" />}>
      <p className={styles.evidence}>
        <Hint text={hint} />
      </p>
      {commands.map((command) => (
        <div key={command} className={styles.command}>
          <Command text={command} />
        </div>
      ))}
    </Section>
  );
}

function Place({ finding }: { readonly finding: FindingView }): ReactNode {
  const { account, accountName, chain, region, trail, bucket, key, from, to } = finding;
  return (
    <Facts
      facts={[
        [
          'Account',
          <Group key="account" gap="xs">
            <Link href={accountAddress(account)}>
              <bdi>{accountName === '' ? account : accountName}</bdi>
            </Link>
            <Id value={account} kind="account id" />
          </Group>,
        ],
        ['Interval', <Interval key="interval" from={from} to={to} length />],
        [
          'Digest',
          chain === null || from === null || to === null ? null : (
            <DigestThen key="digest" account={account} chain={chain} from={from} to={to} />
          ),
        ],
        [
          'Hour',
          from === null ? null : (
            <Link key="hour" href={accountAddress(account, from)}>
              Every chain of the account in that hour
            </Link>
          ),
        ],
        [
          'Chain',
          chain === null ? null : (
            <Link key="chain" href={chainAddress(account, chain, from)}>
              {region}, trail <bdi>{trail}</bdi>: its digests of that day
            </Link>
          ),
        ],
        ['Bucket', <Id key="bucket" value={bucket} kind="bucket" />],
        ['Object', key === null ? null : <Id key="object" value={`s3://${bucket}/${key}`} kind="object" />],
        ['First seen', <Time key="first" at={finding.firstSeen} />],
        ['Last looked at', <Time key="last" at={finding.at} />],
      ]}
    />
  );
}
