/** User and password. Both are sent in the body of one request, and kept nowhere. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useId, useRef, useState, type FormEvent, type ReactNode, type RefObject } from 'react';
import type { Credentials, SessionView } from '../../contract/session.ts';
import { useSend } from '../api/client.ts';
import { renewSession } from '../api/session.ts';
import { failureText, type Told } from './words.ts';
import classes from './sign-in.module.css';

export function PasswordForm(): ReactNode {
  const { send, busy, failure } = useSend<Credentials, SessionView>('POST', '/api/session');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const passwordField = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || user === '' || password === '') return;
    try {
      await send({ user, password });
    } catch {
      setPassword('');
      passwordField.current?.focus();
      return; // told by `failure`
    }
    // The application then goes to the page that was asked for.
    await renewSession();
  };
  const note = useId();
  return (
    <form method="post" action="/sign-in" onSubmit={(event) => void submit(event)} className={classes['form']}>
      <UserField value={user} onChange={setUser} />
      <PasswordField value={password} onChange={setPassword} field={passwordField} describedBy={note} />
      <div role="alert" id={note}>
        {failure !== null && <Refused told={failureText(failure)} />}
      </div>
      <Button type="submit" size="md" fullWidth loading={busy}>
        Sign in
      </Button>
    </form>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function UserField({ value, onChange }: FieldProps): ReactNode {
  return (
    <TextInput
      label="User"
      name="username"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      maxLength={128}
      autoFocus
      size="md"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface PasswordFieldProps extends FieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly describedBy: string;
}

function PasswordField({ value, onChange, field, describedBy }: PasswordFieldProps): ReactNode {
  return (
    <PasswordInput
      ref={field}
      label="Password"
      name="password"
      autoComplete="current-password"
      required
      withAsterisk={false}
      maxLength={1024}
      size="md"
      value={value}
      aria-describedby={describedBy}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Refused({ told }: { readonly told: Told }): ReactNode {
  return (
    <p className={classes['refused']}>
      <span aria-hidden="true">✕</span> {told.text} {told.next}
    </p>
  );
}
