/** The account that a chain or a digest belongs to, by its name once that is known. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { accountAddress } from '../accounts/addresses.ts';

interface AccountCrumbProps {
  readonly account: string;
  /** Empty or absent: not known. */
  readonly name: string | undefined;
}

/** A link to the page of the account. */
export function AccountCrumb({ account, name = '' }: AccountCrumbProps): ReactNode {
  return <Link href={accountAddress(account)}>{name === '' ? `Account ${account}` : <bdi>{name}</bdi>}</Link>;
}
