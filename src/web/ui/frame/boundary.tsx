/** Where a page breaks, the frame stays and says so. */
import { Component, Suspense, type ReactNode } from 'react';
import { Button } from '@mantine/core';
import { Hint } from '../parts/problem.tsx';
import { Loading } from './view.tsx';
import styles from './frame.module.css';

interface BoundaryProps {
  /** Another address is another chance. */
  readonly place: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: unknown;
  readonly place: string;
}

/** Holds what a page throws while it is drawn, and what its files throw that cannot be fetched. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error ?? new Error('an error without a name') };
  }

  static getDerivedStateFromProps({ place }: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return place === state.place ? null : { place, error: null };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null)
      return (
        <Suspense
          fallback={
            <div className={styles.waiting}>
              <Loading />
            </div>
          }
        >
          {this.props.children}
        </Suspense>
      );
    return <Broken error={error} />;
  }
}

function Broken({ error }: { readonly error: unknown }): ReactNode {
  const text = error instanceof Error ? error.message : String(error);
  const outdated = /dynamically imported module|Importing a module script/.test(text);
  return (
    <section className={styles.broken} role="alert">
      <h1 className={styles.brokenTitle}>This page broke</h1>
      <p>
        {outdated
          ? 'A part of it could not be fetched: orgtrail was renewed meanwhile, or does not answer.'
          : 'What it was given is not what it can show. Nothing of the evidence has changed by that.'}
      </p>
      <pre className={styles.brokenText}>{text.slice(0, 500)}</pre>
      <p className={styles.dim}>
        <Hint text="Load it anew. If it breaks again, `orgtrail status` says the same on the command line; please report the line above." />
      </p>
      <Button variant="default" onClick={() => location.reload()}>
        Load anew
      </Button>
    </section>
  );
}
