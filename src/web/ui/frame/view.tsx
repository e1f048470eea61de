/** Data in one of its conditions: on its way, there, empty, there but old, or not to be had. Never a blank place. */
import type { ReactNode } from 'react';
import { Button, Skeleton } from '@mantine/core';
import type { ApiFailure, ApiResult } from '../api/client.ts';
import { Command } from '../parts/command.tsx';
import { commandsIn, Hint } from '../parts/problem.tsx';
import { ago, inUtc } from '../parts/moment.ts';
import { useNow } from '../parts/now.ts';
import styles from './view.module.css';

interface ViewProps<T> {
  readonly of: ApiResult<T>;
  /** A sentence where there is nothing to show; null: there is something. */
  readonly empty?: (data: T) => ReactNode | null;
  /** Stands in while loading; lines by default. */
  readonly loading?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** What was read once stays, with its age and why it could not be read since. */
export function View<T>({ of, empty, loading, children }: ViewProps<T>): ReactNode {
  const { data, error, at } = of;
  if (data === undefined) {
    if (error !== null) return <Failed failure={error} again={of.reload} />;
    return loading ?? <Loading />;
  }
  const nothing = empty?.(data) ?? null;
  return (
    <>
      {error !== null && at !== null && <Outdated at={at} failure={error} again={of.reload} />}
      {nothing === null ? children(data) : <Empty>{nothing}</Empty>}
    </>
  );
}

/** There is nothing, and that is said. */
export function Empty({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.empty}>
      <span className={styles.emptyGlyph} aria-hidden="true">
        ▫ ▫ ▫
      </span>
      <p>{children}</p>
    </div>
  );
}

/** Lines where text will be. */
export function Loading({ lines = 6 }: { readonly lines?: number }): ReactNode {
  return (
    <div className={styles.loading} role="status" aria-busy="true">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: lines }, (_, at) => (
        <Skeleton key={at} height={14} width={`${90 - ((at * 23) % 45)}%`} radius="sm" />
      ))}
    </div>
  );
}

/** Nothing could be read. */
export function Failed({ failure, again }: { readonly failure: ApiFailure; readonly again: () => void }): ReactNode {
  return (
    <div className={styles.failed} role="alert">
      <p className={styles.failedTitle}>{failure.title}</p>
      <p>{failure.detail}</p>
      {failure.hint !== '' && (
        <p className={styles.dim}>
          Next: <Hint text={failure.hint} />
        </p>
      )}
      {commandsIn(failure.hint).map((command) => (
        <Command key={command} text={command} />
      ))}
      {failure.request !== '' && <p className={styles.dim}>Request {failure.request} in the log.</p>}
      <Button variant="default" size="xs" onClick={again}>
        Try again
      </Button>
    </div>
  );
}

interface OutdatedProps {
  readonly at: number;
  readonly failure: ApiFailure;
  readonly again: () => void;
}

/** What is shown is of an earlier time. */
function Outdated({ at, failure, again }: OutdatedProps): ReactNode {
  const now = useNow();
  return (
    <div className={styles.outdated} role="status">
      <span>
        As of {inUtc(Math.floor(at / 1000) * 1000).slice(11)}, {ago(at, now)}. It could not be read since:{' '}
        {failure.detail}
      </span>
      <Button variant="default" size="compact-xs" onClick={again}>
        Read again
      </Button>
    </div>
  );
}
