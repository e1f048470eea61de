/** Which address shows which page. Pages are fetched when they are opened. */
import { lazy, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { returnAddress, signInAddress } from './api/return-address.ts';
import { useSessionResult } from './api/session.ts';
import { Boundary } from './frame/boundary.tsx';
import { Frame } from './frame/frame.tsx';
import { NoSuchPage } from './frame/no-such-page.tsx';
import { Starting } from './frame/starting.tsx';

const OverviewPage = lazy(() => import('./overview/overview-page.tsx').then((m) => ({ default: m.OverviewPage })));
const AccountsPage = lazy(() => import('./accounts/accounts-page.tsx').then((m) => ({ default: m.AccountsPage })));
const AccountPage = lazy(() => import('./account/account-page.tsx').then((m) => ({ default: m.AccountPage })));
const ChainPage = lazy(() => import('./chain/chain-page.tsx').then((m) => ({ default: m.ChainPage })));
const DigestPage = lazy(() => import('./digest/digest-page.tsx').then((m) => ({ default: m.DigestPage })));
const FindingsPage = lazy(() => import('./findings/findings-page.tsx').then((m) => ({ default: m.FindingsPage })));
const FindingPage = lazy(() => import('./findings/finding-page.tsx').then((m) => ({ default: m.FindingPage })));
const WorkPage = lazy(() => import('./work/work-page.tsx').then((m) => ({ default: m.WorkPage })));
const PolicyPage = lazy(() => import('./policy/policy-page.tsx').then((m) => ({ default: m.PolicyPage })));
const SystemPage = lazy(() => import('./system/system-page.tsx').then((m) => ({ default: m.SystemPage })));
const SignInPage = lazy(() => import('./sign-in/sign-in-page.tsx').then((m) => ({ default: m.SignInPage })));
const ReadingPage = lazy(() => import('./reading/reading-page.tsx').then((m) => ({ default: m.ReadingPage })));

/** Nobody signed in sees the sign-in page; everybody else the frame with the page that the address names. */
export function App(): ReactNode {
  const session = useSessionResult();
  const [path] = useLocation();
  const search = useSearch();
  if (session.data === undefined) return <Starting session={session} />;
  const signedIn = session.data.user !== null;
  const here = path + (search === '' ? '' : `?${search}`);
  if (path === '/sign-in' && signedIn) return <Redirect to={returnAddress(search, location.origin)} replace />;
  if (path !== '/sign-in' && !signedIn) return <Redirect to={signInAddress(here)} replace />;
  if (!signedIn) {
    return (
      <Boundary place={path}>
        <SignInPage />
      </Boundary>
    );
  }
  return (
    <Frame>
      <Boundary place={path}>
        <Pages />
      </Boundary>
    </Frame>
  );
}

function Pages(): ReactNode {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/accounts" component={AccountsPage} />
      <Route path="/accounts/:account" component={AccountPage} />
      <Route path="/accounts/:account/chains/:chain" component={ChainPage} />
      <Route path="/accounts/:account/chains/:chain/digests/:digest" component={DigestPage} />
      <Route path="/findings" component={FindingsPage} />
      <Route path="/findings/:finding" component={FindingPage} />
      <Route path="/work" component={WorkPage} />
      <Route path="/policy" component={PolicyPage} />
      <Route path="/system" component={SystemPage} />
      <Route path="/reading" component={ReadingPage} />
      <Route component={NoSuchPage} />
    </Switch>
  );
}
