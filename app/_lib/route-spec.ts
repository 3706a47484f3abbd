import type { z } from "zod";
import type { RunBy } from "#lib/approvals/model.ts";
import type { Permission } from "#lib/authz/roles.ts";
import type { Context } from "#lib/context.ts";
import type { ListQuery, TableDeclaration } from "#lib/list-query/define-table.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";

/** Who may call: holders of a permission, anybody signed in, or everybody. */
export type Access = Permission | "signed-in" | "public";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer that is not JSON: the handler makes the `Response` itself. */
export type OtherContent = { contentType: string; description: string };

/**
 * For which acts a person is asked again who they are. A kind alone: always, and here already. With `where`: what is asked for decides, so that the
 * use case alone asks; in words for the API's document.
 */
export type StepUp = StepUpKind | { kind: StepUpKind; where: string };

type Nothing = Record<string, never>;
type Output<S> = S extends z.ZodType ? z.output<S> : Nothing;

/** What a handler gets: everything typed, nothing raw but `request` (for its signal and URL). */
export type RouteInput<P, Q, B, L> = {
  params: Output<P>;
  query: Output<Q>;
  body: Output<B>;
  list: L extends TableDeclaration ? ListQuery<L> : undefined;
  /** Of `If-Match`, where the route is `versioned`: the version that the caller saw. */
  seenVersion: number | undefined;
  request: Request;
};

export type RouteSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType | OtherContent,
  L extends TableDeclaration | undefined,
> = {
  method: Method;
  /** OpenAPI form: `/api/v1/clients/{id}`. */
  path: `/api/${string}`;
  summary: string;
  description?: string;
  permission: Access;
  stepUp?: StepUp;
  /** Only shuts somebody out: an API token that acts unattended does it by itself, whatever `stepUp` is. Its use case says so too. */
  shutsOut?: boolean;
  params?: P;
  /** An object schema; parameters it does not name are refused. A parameter given twice arrives as an array. */
  query?: Q;
  /** The table whose filters, sort, size and cursor the query carries. */
  list?: L;
  body?: B;
  response: R;
  /** Of the success; 200 unless told. */
  status?: 200 | 201 | 202;
  /** Of 201 and 202: where what was made, or what goes on, is read. */
  location?: (
    answer: R extends z.ZodType ? z.output<R> : never,
    params: Output<P>,
  ) => `/api/v1/${string}` | `/sign-in`;
  /** Where an act waits for a second person: its answer holds a secret or is fetched by who asked, so that they do it themselves once it is approved. */
  runBy?: RunBy;
  /** Takes `If-Match` though its body has no `version`: the handler hands `seenVersion` to the use case. */
  versioned?: boolean;
  /**
   * Fields of the answer that are shown once: a repeat of the request under the same idempotency key is answered without them. Dots go into objects.
   */
  shownOnce?: readonly string[];
  /** Statuses of refusals that its shape does not tell: a link that is used up, too many attempts. */
  refusals?: readonly (401 | 404 | 409 | 410 | 429)[];
  handler: (
    ctx: Context,
    input: RouteInput<P, Q, B, L>,
  ) => Promise<(R extends z.ZodType ? z.input<R> : never) | Response>;
};

export type AnyRouteSpec = Omit<
  RouteSpec<
    z.ZodType | undefined,
    z.ZodType | undefined,
    z.ZodType | undefined,
    z.ZodType | OtherContent,
    TableDeclaration | undefined
  >,
  "handler" | "location"
> & { location?: (answer: unknown, params: Record<string, string>) => string };

/** What was sent, before it is parsed; `seenVersion` of `If-Match`. */
export type RawInput = { params: Segments; url: string; body: unknown; seenVersion: number | undefined };

export type Segments = Record<string, string | string[] | undefined>;

/** What a `route.ts` exports under its method's name, with its declaration for OpenAPI and the access matrix. */
export type Route = ((request: Request, context: { params: Promise<Segments> }) => Promise<Response>) & {
  spec: AnyRouteSpec;
  /** The same act as it was asked for earlier, as who is in the context: what is stored is parsed anew. */
  replay(ctx: Context, raw: RawInput, request: Request): Promise<unknown>;
};
