/** The archive bucket's wanted statements: delivery, our writer, readers, and what nobody else may do. */
import { DELIVERY_GIVES_UP, deliveredPaths, type DeliveryForm, deliveryForms, deliveryStatements } from './delivery.ts';
import type { Candidate } from './policy-budget.ts';
import { allow, bucketArn, literal } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import { protectionStatements } from './protection.ts';
import { READER_FORMS, readerStatements, type ReaderForm } from './readers.ts';
import type { WantedPolicy } from './wanted.ts';

/** Readers are written shorter first, since nothing is given up by it; then delivery gives up what it must. */
export function archiveCandidates(wanted: WantedPolicy): readonly Candidate[] {
  const [first = 'merged', ...others] = deliveryForms(wanted);
  const [listed, short] = READER_FORMS;
  const tried = [
    { delivery: first, readers: listed },
    ...[first, ...others].map((one) => ({ delivery: one, readers: short })),
  ];
  return tried.map((forms) => ({
    form: forms.delivery,
    givesUp: DELIVERY_GIVES_UP[forms.delivery],
    statements: () => archiveStatements(wanted, forms),
  }));
}

/** All of our statements, in the given forms. */
export function archiveStatements(
  wanted: WantedPolicy,
  forms: { readonly delivery: DeliveryForm; readonly readers: ReaderForm },
): readonly Statement[] {
  return [
    ...deliveryStatements(wanted, forms.delivery),
    ...writerStatements(wanted),
    ...readerStatements(wanted, forms.readers),
    ...protectionStatements(wanted),
  ];
}

/**
 * Our own calls: written are proven files and our records, tagged are pending copies, read is that and what trails
 * deliver here. The bucket's settings are read by plan and posture; they are set by whoever applies.
 */
function writerStatements(wanted: WantedPolicy): readonly Statement[] {
  const bucket = bucketArn(wanted);
  const principal = { AWS: wanted.writer };
  const own = `${bucket}/${literal(wanted.prefix)}`;
  const areas = [`${own}AWSLogs/*`, `${own}orgtrail/*`];
  const delivered = deliveredPaths(wanted.delivery).map((path) => `${bucket}/${path}`);
  return [
    allow({
      sid: 'OrgtrailWriter',
      principal,
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
      resources: areas,
    }),
    allow({
      sid: 'OrgtrailWriterTags',
      principal,
      actions: ['s3:PutObjectTagging'],
      resources: [`${own}orgtrail/pending/*`],
    }),
    allow({
      sid: 'OrgtrailWriterBucket',
      principal,
      // On the bucket itself: its settings. Ceph takes no pattern that goes on after a star.
      actions: ['s3:Get*', 's3:ListBucket'],
      resources: [bucket],
    }),
    ...(delivered.length === 0
      ? []
      : [allow({ sid: 'OrgtrailWriterDelivered', principal, actions: ['s3:GetObject'], resources: delivered })]),
  ];
}
