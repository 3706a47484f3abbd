import { requirePermission } from "../authz/require-permission.ts";
import { readClient } from "../clients/get-client.ts";
import { type ClientDetail, isConfidential, isSenderConstrained } from "../clients/model.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { LIFETIME_WORDS, type Organisation } from "../organisation/model.ts";
import { findAccount } from "../protocol/find-account.ts";
import { accessTokenTtlOf } from "./access-token-ttl.ts";
import { accessTokenSeconds, refreshTokenEnd } from "./ends.ts";
import type { LifetimesExplanation, SignInEnds } from "./explain-model.ts";
import { listLiveSignIns } from "./live-sign-ins.ts";
import type { AudienceLimit, Lifetime, LifetimeSubject } from "./model.ts";
import { endingOrder, findOrderUponNew } from "./orders-to-come.ts";
import { resolveLifetime, resolveLifetimes, resolveRotation } from "./resolve.ts";
import { decidedWords, rotationWords, sourceWords } from "./words.ts";

type User = { id: string; email: string; isDisabled: boolean };

async function findUser(ctx: Context, id: string): Promise<User> {
  const [user] = isUuid(id)
    ? await run<User>(
        ctx.db,
        sql`SELECT u.id, u.email, u.disabled_at IS NOT NULL AS "isDisabled" FROM user_account u WHERE u.id = ${id}::uuid`,
      )
    : [];
  if (user === undefined) throw notFound("The user");
  return user;
}

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

type Asked = {
  client: ClientDetail;
  subject: LifetimeSubject;
  organisation: Organisation;
  audiences: readonly AudienceLimit[];
  user: User | null;
};

/** What a sign-in of now would have, or a service's token. */
async function endsOfNow(
  ctx: Context,
  { client, subject, organisation, audiences, user }: Asked,
): Promise<SignInEnds> {
  const nowMs = ctx.now.getTime();
  const now = Math.floor(nowMs / 1_000);
  const of = (key: Lifetime) => resolveLifetime(key, subject, organisation, audiences).seconds;
  const isForPeople = subject.grantTypes.some((grant) => grant !== "client_credentials");
  const hasRefresh = subject.grantTypes.includes("refresh_token");
  const absoluteSeconds = of("refreshTokenAbsoluteSeconds");
  const family = hasRefresh ? { rootedAtMs: nowMs, absoluteSeconds } : null;
  const access =
    now +
    (isForPeople
      ? accessTokenSeconds(of("accessTokenTtlSeconds"), family, nowMs)
      : of("serviceTokenTtlSeconds"));
  const refresh = hasRefresh
    ? refreshTokenEnd({ idleSeconds: of("refreshTokenIdleSeconds"), absoluteSeconds }, nowMs, nowMs)
    : null;
  const account = user === null ? null : await findAccount(ctx.db, user.id);
  const names = client.permissions.map(({ name }) => name);
  const order = await findOrderUponNew(
    ctx.db,
    {
      userId: user?.id ?? null,
      clientId: client.id,
      audiences: audiences.map(({ name }) => name),
      groups: account?.groups ?? client.groups.map(({ name }) => name),
      permissions: isForPeople ? names.filter((name) => account?.permissions.has(name) ?? false) : names,
    },
    ctx.now,
  );
  const held = (seconds: number) =>
    order !== null && order.effectiveFrom.getTime() < seconds * 1_000
      ? order.effectiveFrom.toISOString()
      : iso(seconds);
  // an order upon a client, an audience or a permission takes tokens, not the sign-on
  const endsSignOn = order?.targetKind === "user" || order?.targetKind === "everything";
  const signOn = (seconds: number) => (endsSignOn ? held(seconds) : iso(seconds));
  const unused = Math.max(access, refresh ?? 0);
  const latest = hasRefresh ? Math.max(now + absoluteSeconds, access) : access;
  return {
    accessEndsAt: held(access),
    refreshEndsAt: refresh === null ? null : held(refresh),
    unusedEndsAt: held(unused),
    latestEndsAt: held(latest),
    signOnEndsAt: isForPeople ? signOn(now + of("sessionIdleSeconds")) : null,
    endedBy: order !== null && order.effectiveFrom.getTime() < latest * 1_000 ? endingOrder(order) : null,
  };
}

/** Why nobody gets a token, or null where somebody does. */
function whyNone({ client, user }: Pick<Asked, "client" | "user">): string | null {
  if (client.disabledAt !== null) return "The client is disabled: it is given no token.";
  if (user?.isDisabled) return "The user is disabled: nobody signs in as them.";
  return null;
}

/**
 * Which setting wins for each lifetime of a client, for an audience where one is named and for all of the client's where none is, with every setting that
 * was asked; and when a sign-in of a user ends, now and of those that live: by lifetimes and by orders that are to come. Settings are of the organisation,
 * of clients and of audiences: users have none of their own. Needs `client:read`, and `user:read` for a user.
 *
 * @throws {DomainError} NOT_FOUND for an unknown client or user, or an audience that is not the client's.
 */
export async function explainLifetimes(
  ctx: Context,
  {
    clientId,
    userId,
    audienceId,
  }: { clientId: string; userId?: string | undefined; audienceId?: string | undefined },
): Promise<LifetimesExplanation> {
  requirePermission(ctx, "client:read");
  if (userId !== undefined) requirePermission(ctx, "user:read");
  const client = await readClient(ctx.db, { id: clientId, now: ctx.now });
  const organisation = await readOrganisation(ctx.db);
  const user = userId === undefined ? null : await findUser(ctx, userId);
  const audience =
    audienceId === undefined ? null : (client.audiences.find(({ id }) => id === audienceId) ?? null);
  if (audienceId !== undefined && audience === null)
    throw notFound("An audience of this client with this id");
  const audiences = audience === null ? client.audiences : [audience];
  const subject = {
    ...client,
    isConfidential: isConfidential(client.kind),
    isSenderConstrained: isSenderConstrained(client),
  };
  const asked = { client, subject, organisation, audiences, user };
  const why = whyNone(asked);
  const rotation = resolveRotation(subject, organisation);
  const absoluteSeconds = resolveLifetime("refreshTokenAbsoluteSeconds", subject, organisation).seconds;
  return {
    at: ctx.now.toISOString(),
    client: { id: client.id, clientId: client.clientId, name: client.name, kind: client.kind },
    user: user === null ? null : { id: user.id, email: user.email },
    audience: audience === null ? null : { id: audience.id, name: audience.name },
    accessTokenTtl: accessTokenTtlOf(subject, organisation, audiences),
    lifetimes: resolveLifetimes(subject, organisation, audiences).map((resolved) => ({
      key: resolved.key,
      name: LIFETIME_WORDS[resolved.key],
      seconds: resolved.seconds,
      says: decidedWords(resolved),
      steps: resolved.steps.map(({ source, ...step }) => ({ who: sourceWords(source), ...step })),
    })),
    rotation: subject.grantTypes.includes("refresh_token")
      ? { rotates: rotation.rotates, says: rotationWords(rotation) }
      : null,
    ifNow: why === null ? await endsOfNow(ctx, asked) : null,
    why,
    signIns:
      user === null
        ? []
        : await listLiveSignIns(ctx, { userId: user.id, clientId: client.id, absoluteSeconds }),
  };
}
