/** An address that names nothing. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Code } from '../parts/code.tsx';
import { Page } from './page.tsx';

/** Says so, and where to go. */
export function NoSuchPage(): ReactNode {
  const [path] = useLocation();
  return (
    <Page title="There is no such page" sentence="The address may be cut short, or of another version of orgtrail.">
      <p>
        <Code code={path} link={false} />
      </p>
      <p>
        <Link href="/">To the overview</Link>
      </p>
    </Page>
  );
}
