/** openapi-fetch, with refusals thrown and lists walked. */
import type { Client, FetchResponse, MaybeOptionalInit, ParseAs } from 'openapi-fetch';
import type {
  HttpMethod,
  PathsWithMethod,
  RequiredKeysOf,
  ResponseObjectMap,
  SuccessResponse,
} from 'openapi-typescript-helpers';
import { problemOf } from './problem.ts';

/** The paths under a base, without it. */
export type Under<Paths, Base extends string> = {
  [Path in keyof Paths as Path extends `${Base}${infer Rest}` ? Rest : never]: Paths[Path];
};

/** With `?view=` the answer is of another type, and says so. */
type MediaOf<Init> = Init extends { params: { query: { view: infer View extends string } } }
  ? `application/json; view=${View}`
  : 'application/json';

/** With `If-None-Match` the answer may be 304, which has no body. */
type Unchanged<Init> = Init extends { params: { header: { 'If-None-Match': string } } } ? undefined : never;

/** With `dryRun` or `explain` the answer explains itself. */
type Explained<Init, Data> = Init extends { params: { query: { dryRun: true } | { explain: true } } }
  ? Data & Required<Pick<Data, 'explanation' & keyof Data>>
  : Data;

type InitParameter<Init> = RequiredKeysOf<Init> extends never ? [init?: Init] : [init: Init];

/** JSON as the documents have it: openapi-fetch's own type leaves out fields that are always null. */
// biome-ignore lint/suspicious/noExplicitAny: as openapi-fetch has it
type DataOf<Operation extends Record<string | number, any>, Init> = Init extends {
  parseAs: Exclude<ParseAs, 'json'>;
}
  ? Extract<FetchResponse<Operation, Init, MediaOf<Init>>, { error?: never }>['data']
  : SuccessResponse<ResponseObjectMap<Operation>, MediaOf<Init>>;

/** What a call resolves to. */
// biome-ignore lint/suspicious/noExplicitAny: as openapi-fetch has it
type Succeeded<Operation extends Record<string | number, any>, Init> = {
  data: Explained<Init, DataOf<Operation, Init>> | Unchanged<Init>;
  response: Response;
};

type Method<Paths, Name extends HttpMethod> = <
  Path extends PathsWithMethod<Paths & object, Name>,
  Init extends MaybeOptionalInit<Paths[Path], Name & keyof Paths[Path]>,
>(
  path: Path,
  ...init: InitParameter<Init>
) => Promise<Succeeded<Paths[Path][Name & keyof Paths[Path]] & object, Init>>;

type ItemOf<Data> = Data extends { items: (infer Item)[]; next: unknown }
  ? Item
  : Data extends { nodes: (infer Item)[]; pageInfo: unknown }
    ? Item
    : never;
type ItemAt<Paths, Path extends keyof Paths> = Paths[Path] extends { get: infer Operation extends object }
  ? ItemOf<Succeeded<Operation, unknown>['data']>
  : never;
type ListPaths<Paths> = {
  [Path in keyof Paths]: ItemAt<Paths, Path> extends never ? never : Path;
}[keyof Paths];

export interface Calls<Paths> {
  GET: Method<Paths, 'get'>;
  POST: Method<Paths, 'post'>;
  PUT: Method<Paths, 'put'>;
  PATCH: Method<Paths, 'patch'>;
  DELETE: Method<Paths, 'delete'>;
  /** Everything in a list, page after page as you go; `first` is the size of a page, 100 if you do not say. */
  each<Path extends ListPaths<Paths>, Init extends MaybeOptionalInit<Paths[Path], 'get' & keyof Paths[Path]>>(
    path: Path,
    ...init: InitParameter<Init>
  ): AsyncGenerator<ItemAt<Paths, Path>, void, undefined>;
}

// biome-ignore lint/suspicious/noExplicitAny: the types of the calls are those of `Calls`; here they are all alike
type Any = any;

/** Without content, or with JSON, as diglot answers what it has done. */
const isSuccess = ({ ok, status, headers }: Response) =>
  [204, 304].includes(status) || (ok && headers.get('Content-Type')?.startsWith('application/json'));

/** Throws a DiglotProblem for an answer that is a refusal, a redirect, or somebody else's. */
export function callsOf<Paths>(client: Client<Any>): Calls<Paths> {
  client.use({
    onResponse: async ({ response }) => {
      if (!isSuccess(response)) throw await problemOf(response);
    },
  });
  const get = client.GET as Any;
  async function* each(path: string, init: Any = {}) {
    let after: string | null | undefined;
    do {
      const query = { first: 100, ...init.params?.query, ...(after && { after }) };
      const { data } = await get(path, { ...init, params: { ...init.params, query } });
      yield* data.items ?? data.nodes;
      after = data.items ? data.next : data.pageInfo.endCursor;
    } while (after);
  }
  const { GET, POST, PUT, PATCH, DELETE } = client as Any;
  return { GET, POST, PUT, PATCH, DELETE, each: each as Any };
}
