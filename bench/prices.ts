/**
 * The platform's public prices in US dollars beyond what its paid plan includes, as they were last known. They were not read from the pages: check
 * them.
 */
export const AS_OF = 'November 2026';

const MILLION = 1_000_000;
export const prices = {
  /** https://developers.cloudflare.com/workers/platform/pricing/ */
  request: 0.3 / MILLION,
  cpuMillisecond: 0.02 / MILLION,
  /** https://developers.cloudflare.com/workers/observability/logs/workers-logs/#pricing */
  logLine: 0.6 / MILLION,
  /** https://developers.cloudflare.com/d1/platform/pricing/ */
  rowRead: 0.001 / MILLION,
  rowWritten: 1 / MILLION,
  gigabyteMonth: 0.75,
  /** https://developers.cloudflare.com/kv/platform/pricing/ */
  kvRead: 0.5 / MILLION,
  /** https://developers.cloudflare.com/durable-objects/platform/pricing/ */
  objectRequest: 0.15 / MILLION,
  objectGigabyteSecond: 12.5 / MILLION,
};
