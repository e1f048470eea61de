/** Who are you: a password, a provider, or both, as the server says; back to the page that was asked for. */
import { Button, Text } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useSearch } from 'wouter';
import { returnAddress } from '../api/return-address.ts';
import { useSession } from '../api/session.ts';
import { Command } from '../parts/command.tsx';
import { PasswordForm } from './password-form.tsx';
import { refusedText } from './words.ts';
import classes from './sign-in.module.css';

/** `/sign-in`: shown without the frame, to whoever is not signed in. */
export function SignInPage(): ReactNode {
  const { signIn, version } = useSession();
  const search = useSearch();
  const refused = refusedText(search);
  useEffect(() => {
    document.title = 'Sign in · orgtrail';
  }, []);
  return (
    <main className={classes['page']}>
      <div className={classes['box']}>
        <h1 className={classes['title']}>Sign in to orgtrail</h1>
        {refused !== null && (
          <p className={classes['refused']} role="alert">
            <span aria-hidden="true">✕</span> {refused}
          </p>
        )}
        {signIn.oidc !== null && <Provider label={signIn.oidc} to={returnAddress(search, location.origin)} />}
        {signIn.oidc !== null && signIn.password && <p className={classes['or']}>or with a password</p>}
        {signIn.password && <PasswordForm />}
        {!signIn.password && signIn.oidc === null && <NoWayIn />}
        <Text size="xs" c="dimmed" mt="lg">
          orgtrail {version}
        </Text>
      </div>
    </main>
  );
}

/** A link, not a request: the provider's pages are another site. */
function Provider({ label, to }: { readonly label: string; readonly to: string }): ReactNode {
  return (
    <Button
      component="a"
      href={`/api/session/oidc?${new URLSearchParams({ to })}`}
      variant="default"
      fullWidth
      size="md"
    >
      {label}
    </Button>
  );
}

function NoWayIn(): ReactNode {
  return (
    <div>
      <p>
        Nobody can sign in yet: the configuration names neither a user nor a provider. On the machine of orgtrail, make
        a user:
      </p>
      <Command text="orgtrail access user NAME --role operator" />
    </div>
  );
}
