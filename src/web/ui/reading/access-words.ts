/** The roles and rights of the pages in words. A new one without a sentence here does not compile. */
import type { PageRole, Right } from '../../../core/access.ts';

export const RIGHT_WORDS: Readonly<Record<Right, string>> = {
  metrics: 'read the metrics for Prometheus',
  read: 'read every page and its API',
  evidence: 'take exports and raw evidence files',
  operate: 'retry jobs, accept findings, ask for a preflight',
  administer: 'apply a plan, where `http.apply` lets the pages do so',
};

export const ROLE_WORDS: Readonly<Record<PageRole, string>> = {
  viewer: 'looks, and changes nothing',
  auditor: 'also takes evidence away, and changes nothing',
  operator: 'also does what the night shift needs',
  administrator: 'also changes policies and settings from the pages, where that is on',
};
