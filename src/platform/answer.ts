/** The answers that handlers give. */

/** What makes the ETag of an answer. */
export interface Revision {
  id: string;
  version: number;
}

export const ok = <Body>(body: Body, revision?: Revision) => ({ status: 200 as const, body, revision });

export const created = <Body>(location: string, body: Body, revision?: Revision) => ({
  status: 201 as const,
  body,
  revision,
  location,
});

export const noContent = () => ({ status: 204 as const });
