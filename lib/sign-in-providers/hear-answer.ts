import { attemptKeys } from "../admins/check-password.ts";
import { SIGN_IN_LIMITS } from "../admins/model.ts";
import { reserveSignIn } from "../admins/refuse-sign-in.ts";
import { TokenBuckets } from "../bounds/token-buckets.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { type Challenge, spendChallenge } from "../passkeys/challenge.ts";
import { addressKey } from "../sign-in/address-key.ts";
import {
  type AskedOf,
  type ExchangingProvider,
  exchangeCode,
  type ProviderIdentity,
} from "./exchange-code.ts";
import { ExchangePlaces } from "./exchange-places.ts";
import { ProviderRefused } from "./provider-refused.ts";
import { recordProviderRefusal } from "./sign-in-by-provider.ts";

/** Of refusals that a made-up code brings about, so many of a provider stand on record at once, and one a second after that. */
const ON_RECORD = { burst: 20, perSecond: 1 } as const;
const KNOWN_DAYS = 30;
const KNOWN_MAX = 2_000;

/** What answers are heard with; one of them for the whole process. */
export type AnswerMeans = { outbound: Outbound; places: ExchangePlaces; onRecord: TokenBuckets };

export function createAnswerMeans(outbound: Outbound): AnswerMeans {
  return { outbound, places: new ExchangePlaces(), onRecord: new TokenBuckets(ON_RECORD) };
}

/** One answer, as the browser brought it, and the question that it is the answer to. */
export type HeardAnswer = {
  provider: ExchangingProvider & { id: string };
  answer: URLSearchParams;
  asked: AskedOf;
  question: Challenge;
};

/**
 * Hears the answer to a question: counts the attempt, waits for a place at the provider, uses the question up, and exchanges the code. A question is answered once, whatever
 * the answer was worth and in whichever process: who would have the provider asked again has to ask us for another one. What the provider had a part in is on record as
 * `admin.sign_in_refused`.
 *
 * @throws {ProviderRefused}
 * @throws {DomainError} TOO_MANY_ATTEMPTS
 */
export async function hearAnswer(
  ctx: Context,
  { provider, answer, asked, question }: HeardAnswer,
  { outbound, places, onRecord }: AnswerMeans,
): Promise<ProviderIdentity> {
  const address = { key: attemptKeys(ctx, "").providerAddress, limit: SIGN_IN_LIMITS.perAddress };
  await reserveSignIn(ctx, [address], { door: "provider" });
  const caller = {
    providerId: provider.id,
    from: addressKey(ctx.ip),
    isKnown: ctx.actor.kind === "admin" || (await isKnownAddress(ctx)),
  };
  try {
    return await places.within(caller, async () => {
      await spendQuestion(ctx.db, question, ctx.now);
      return exchangeCode(outbound, provider, answer, { asked, now: ctx.now });
    });
  } catch (error) {
    if (error instanceof ProviderRefused && isDue(error, () => onRecord.take(provider.id)))
      await recordProviderRefusal(ctx, { admin: null, refused: error, providerId: provider.id });
    throw error;
  }
}

/** Whether a refusal is to be put on record now. */
function isDue({ isOnRecord, isPaced }: ProviderRefused, hasRoom: () => boolean): boolean {
  return isOnRecord && (!isPaced || hasRoom());
}

/** Uses the question up: of two answers to one, in whichever processes, the second is refused. @throws {ProviderRefused} FLOW_OVER */
async function spendQuestion(db: Sql, question: Challenge, now: Date): Promise<void> {
  await spendChallenge(db, question, now).catch((error: unknown) => {
    const isOver = error instanceof DomainError && error.code === "GONE";
    if (!isOver) throw error;
    throw new ProviderRefused("FLOW_OVER", "the question was answered before", {
      cause: error,
      isOnRecord: false,
    });
  });
}

/** Whether an admin signed in from the address lately. */
async function isKnownAddress(ctx: Context): Promise<boolean> {
  if (ctx.ip === null) return false;
  const rows = await ctx.db.query<{ ip: string }>(
    `SELECT ip FROM admin_session WHERE ip IS NOT NULL AND created_at > $1::timestamptz - make_interval(days => $2::int)
     GROUP BY ip ORDER BY max(created_at) DESC LIMIT $3::int`,
    [ctx.now, KNOWN_DAYS, KNOWN_MAX],
  );
  const from = addressKey(ctx.ip);
  return rows.some(({ ip }) => addressKey(ip) === from);
}
