import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { type Act, recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { givenOrganisationLifetimes } from "../lifetimes/lifetime-change.ts";
import { shortenTokens } from "../lifetimes/shorten-tokens.ts";
import { readOrganisation } from "./get-organisation.ts";
import type { UpdateOrganisationInput } from "./input.ts";
import { lifetimeProblems, type Organisation } from "./model.ts";

/** How long people stay signed in. */
const SIGN_IN_SETTINGS = ["sessionIdleSeconds", "sessionAbsoluteSeconds"] as const;

/**
 * Changes the organisation's name, lifetimes and bounds. Tokens that are out keep the lifetime they were issued with, but for those of the plan that `shorten` carries; a client
 * whose own setting falls outside new bounds is held to them from its next token on.
 * Recorded as `organisation.updated`; a change of nothing records nothing. Needs `organisation:write`.
 *
 * @throws {StepUpRequired} sign-in, where how long people stay signed in changes
 * @throws {DomainError} STALE_VERSION, INVALID_INPUT for lifetimes that contradict each other.
 */
export async function updateOrganisation(
  ctx: Context,
  input: UpdateOrganisationInput,
): Promise<Organisation> {
  requirePermission(ctx, "organisation:write");
  const { version: seen, shorten, ...settings } = input;
  return ctx.db.transaction(async (tx) => {
    const { version, updatedAt, ...before } = await readOrganisation(tx, "update");
    await requireVersion(tx, seen, {
      what: "The organisation",
      act: "organisation.updated",
      targetId: "1",
      version,
    });
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const after = { ...before, ...given } as typeof before;
    const problems = lifetimeProblems(after);
    if (problems.length > 0)
      throw new DomainError("INVALID_INPUT", "These lifetimes contradict each other.", { fields: problems });
    const changes = changesOf(before, after);
    if (SIGN_IN_SETTINGS.some((name) => changes?.after[name] !== undefined))
      await requireApproval({ ...ctx, db: tx }, "sign-in");
    if (changes === null && shorten === undefined) return { ...before, version, updatedAt };
    const acts: Act[] = [];
    if (changes !== null) {
      await tx.query(
        `UPDATE organisation SET
         name = $1::text, access_token_ttl_seconds = $2::int, service_token_ttl_seconds = $3::int,
         access_token_ttl_min_seconds = $4::int, access_token_ttl_max_seconds = $5::int, refresh_token_idle_seconds = $6::int,
         refresh_token_idle_max_seconds = $7::int, refresh_token_absolute_seconds = $8::int,
         refresh_token_absolute_max_seconds = $9::int, refresh_grace_seconds = $10::int, refresh_grace_max_seconds = $11::int,
         rotates_confidential_refresh_tokens = $12::boolean, refresh_tokens_max = $13::int,
         authorization_code_ttl_seconds = $14::int, authorization_code_ttl_max_seconds = $15::int,
         id_token_ttl_seconds = $16::int, id_token_ttl_max_seconds = $17::int, device_code_ttl_seconds = $18::int,
         device_code_ttl_max_seconds = $19::int, device_poll_seconds = $20::int, session_idle_seconds = $21::int,
         session_absolute_seconds = $22::int, clock_skew_seconds = $23::int, order_horizon_days = $24::int,
         order_plan_minutes = $25::int, wide_order_tokens = $26::int,
         version = version + 1, updated_at = $27::timestamptz WHERE id = 1`,
        [
          after.name,
          after.accessTokenTtlSeconds,
          after.serviceTokenTtlSeconds,
          after.accessTokenTtlMinSeconds,
          after.accessTokenTtlMaxSeconds,
          after.refreshTokenIdleSeconds,
          after.refreshTokenIdleMaxSeconds,
          after.refreshTokenAbsoluteSeconds,
          after.refreshTokenAbsoluteMaxSeconds,
          after.refreshGraceSeconds,
          after.refreshGraceMaxSeconds,
          after.rotatesConfidentialRefreshTokens,
          after.refreshTokensMax,
          after.authorizationCodeTtlSeconds,
          after.authorizationCodeTtlMaxSeconds,
          after.idTokenTtlSeconds,
          after.idTokenTtlMaxSeconds,
          after.deviceCodeTtlSeconds,
          after.deviceCodeTtlMaxSeconds,
          after.devicePollSeconds,
          after.sessionIdleSeconds,
          after.sessionAbsoluteSeconds,
          after.clockSkewSeconds,
          after.orderHorizonDays,
          after.orderPlanMinutes,
          after.wideOrderTokens,
          ctx.now,
        ],
      );
      acts.push({
        act: "organisation.updated",
        target: { kind: "organisation", id: "1", name: after.name },
        ...changes,
      });
    }
    if (shorten !== undefined) {
      const change = { kind: "organisation" as const, settings: givenOrganisationLifetimes(settings) };
      const named = { ...change, name: after.name, wideOrderTokens: before.wideOrderTokens };
      acts.push(await shortenTokens(tx, ctx, named, shorten));
    }
    await recordEntries(tx, ctx, acts);
    if (changes === null) return { ...before, version, updatedAt };
    return { ...after, version: version + 1, updatedAt: ctx.now.toISOString() };
  });
}
