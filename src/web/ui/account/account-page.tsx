/** One account: how far it is proven, what is in the way, its chains hour by hour, its trails, and what it was tried for. */
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import type { AccountPage as Answer } from '../../contract/accounts.ts';
import type { FindingsPage } from '../../contract/findings.ts';
import { apiPath, findingsAddress } from '../accounts/addresses.ts';
import { useUrlQuery } from '../accounts/url-query.ts';
import { useApi } from '../api/client.ts';
import { FindingList } from '../findings/finding-list.tsx';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { isolated } from '../parts/name.tsx';
import { Section } from '../parts/section.tsx';
import { Link } from 'wouter';
import { AccountHead } from './account-head.tsx';
import { accountSentence } from './chain-groups.ts';
import { Chains } from './chains.tsx';
import { History } from './history.tsx';
import { HourView } from './hour-view.tsx';
import { InTheWay } from './in-the-way.tsx';
import { Preflight } from './preflight.tsx';
import { Trails } from './trails.tsx';
import styles from './account.module.css';

/** `/accounts/:account?at=…`. */
export function AccountPage(): ReactNode {
  const { account } = useParams<{ account: string }>();
  const result = useApi<Answer>(apiPath(['accounts', account]), { topics: ['accounts'] });
  const { data } = result;
  return (
    <Page
      title={data === undefined || data.line.name === '' ? `Account ${account}` : isolated(data.line.name)}
      sentence={data === undefined ? undefined : accountSentence(data)}
      readAt={data?.readAt ?? null}
    >
      <View of={result}>{(page) => <Body page={page} reload={() => result.reload()} />}</View>
    </Page>
  );
}

function Body({ page, reload }: { readonly page: Answer; readonly reload: () => void }): ReactNode {
  const at = Date.parse(useUrlQuery().get('at') ?? '');
  const hour = Number.isNaN(at) ? null : at;
  return (
    <>
      <AccountHead page={page} />
      <InTheWay page={page} />
      {hour !== null && <HourView page={page} at={hour} />}
      {page.open > 0 && <OpenFindings page={page} />}
      <Chains page={page} at={hour} />
      {page.open === 0 && <OpenFindings page={page} />}
      <Trails trails={page.trails} />
      <Preflight page={page} onAsked={reload} />
      <History account={page.line.account} />
    </>
  );
}

/** The rest is a click away: the chains are to be in sight. */
const MOST = 5;

function OpenFindings({ page }: { readonly page: Answer }): ReactNode {
  const { account } = page.line;
  const result = useApi<FindingsPage>(apiPath(['findings'], { account, limit: String(MOST) }), {
    topics: ['findings'],
  });
  return (
    <Section
      title="Open findings"
      side={<Link href={findingsAddress({ account, status: 'all' })}>All findings of this account</Link>}
    >
      <View of={result}>
        {({ findings, total }) =>
          findings.length === 0 ? (
            <p className={styles.dim}>
              {page.line.state === 'failed'
                ? 'Nothing open: what it failed for was accepted, and stays unproven.'
                : 'Nothing open.'}
            </p>
          ) : (
            <>
              <FindingList findings={findings} accounts={false} />
              {total > findings.length && (
                <p className={styles.dim}>
                  {findings.length} of {total} are shown.
                </p>
              )}
            </>
          )
        }
      </View>
    </Section>
  );
}
