/** What Redis says of itself, and what is wrong with how it is set up. */
import type { ReactNode } from 'react';
import type { SystemPage } from '../../contract/system.ts';
import { Meter } from '../parts/meter.tsx';
import { lengthOf } from '../parts/moment.ts';
import { memoryText } from '../parts/size.ts';
import { Time } from '../parts/time.tsx';
import { redisWarning, WANTED_POLICY } from './words.ts';
import classes from './system.module.css';

const SECOND_MS = 1000;

export function RedisFacts({ redis }: { readonly redis: NonNullable<SystemPage['redis']> }): ReactNode {
  const { version, usedMemory, maxMemory, policy, clients, uptimeSeconds, lastSave } = redis;
  const warning = redisWarning(redis);
  return (
    <>
      {warning !== null && (
        <p className={classes['warning']} data-grave={policy !== WANTED_POLICY}>
          <span aria-hidden="true">{policy === WANTED_POLICY ? '△' : '✕'}</span> {warning}
        </p>
      )}
      {maxMemory !== null && (
        <Meter
          value={usedMemory}
          most={maxMemory}
          label="Memory of Redis"
          text={`${memoryText(usedMemory)} of ${memoryText(maxMemory)} of memory`}
        />
      )}
      <dl className={classes['facts']}>
        {maxMemory === null && <Fact name="Memory">{memoryText(usedMemory)}, no limit</Fact>}
        <Fact name="When memory runs out">{policy}</Fact>
        <Fact name="Clients">{clients.toLocaleString('en')}</Fact>
        <Fact name="Up for">{lengthOf(uptimeSeconds * SECOND_MS)}</Fact>
        <Fact name="Last saved to disk">
          <Time at={lastSave} none="never: it keeps nothing on disk" />
        </Fact>
        <Fact name="Version">{version}</Fact>
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
