import type { Act } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getTarget } from "../revocations/find-target.ts";
import { actOf } from "../revocations/order-acts.ts";
import { placeOrders } from "../revocations/place-order.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import type { Identified } from "./identify-reported.ts";
import type { FindingOutcome, ScannerAction } from "./model.ts";

/** What a scanner's policy is at the moment. */
export type ActingScanner = { id: string; name: string; action: ScannerAction; hours: number | null };

export type Taken = { outcome: FindingOutcome; orderId: string | null };

/** What an order would be on: a refresh token goes with its family, because whoever holds it may hold what it made. Never anything wider. */
export type Target = { kind: "token" | "family"; id: string };

/** What of a value may be taken back: nothing for one that is not a token as it was issued. */
export function targetOf(found: Identified): Target | null {
  if (found.kind !== "token") return null;
  return found.tokenKind === "refresh"
    ? { kind: "family", id: found.familyId }
    : { kind: "token", id: found.tokenId };
}

const LIVE = ["active", "suspended", "not_yet_valid"];

/** Whether something works, or will again by itself. */
export function isLiveAmong(states: ReadonlySet<string>): boolean {
  return LIVE.some((state) => states.has(state));
}

/** In which of these states the tokens of each target are. */
export async function readStates(
  tx: Sql,
  now: Date,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const state = stateSql(await readPendingOrders(tx, now), now, await readClockSkew(tx));
  const idsOf = (kind: Target["kind"]) =>
    targets.filter((target) => target.kind === kind).map(({ id }) => id);
  const rows = await run<{ id: string; states: string[] }>(
    tx,
    sql`SELECT n.target AS id, array_agg(DISTINCT ${state.state}) AS states FROM (
          SELECT p.id AS target, t.id, t.issued_at FROM unnest(${idsOf("token")}::uuid[]) AS p(id)
            JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
          UNION ALL SELECT t.family_id, t.id, t.issued_at FROM unnest(${idsOf("family")}::uuid[]) AS f(id) JOIN token t ON t.family_id = f.id) n
        JOIN token t ON t.issued_at = n.issued_at AND t.id = n.id ${STATE_JOINS} GROUP BY n.target`,
  );
  return new Map(rows.map(({ id, states }) => [id, new Set(states)]));
}

/**
 * Takes back what a report found, as far as the scanner's policy goes: each live token whose very value was reported, or the family of a refresh token, once. The scanner is
 * the actor of the orders. Inside the caller's transaction; record `acts` last in it.
 */
export async function orderForReport(
  tx: Sql,
  ctx: SqlContext,
  scanner: ActingScanner,
  found: readonly Identified[],
): Promise<{ taken: Taken[]; acts: Act[] }> {
  const targets = new Map(
    found.flatMap((one) => {
      const target = targetOf(one);
      return target === null ? [] : [[target.id, target] as const];
    }),
  );
  const states = await readStates(tx, ctx.now, [...targets.values()]);
  const live = new Set([...states].flatMap(([id, own]) => (isLiveAmong(own) ? [id] : [])));
  const orders = new Map<string, string>();
  const acts: Act[] = [];
  const verb = scanner.action === "case" ? null : scanner.action;
  for (const kind of verb === null ? [] : (["token", "family"] as const)) {
    const wanted = [...targets.values()].filter((target) => target.kind === kind && live.has(target.id));
    if (wanted.length === 0) continue;
    const named = await Promise.all(wanted.map(({ id }) => getTarget(tx, kind, id)));
    const expiresAt =
      scanner.hours === null ? undefined : new Date(ctx.now.getTime() + scanner.hours * 3_600_000);
    const terms = { verb: verb as "suspend" | "revoke", reason: "token_leaked" as const };
    const note = `Reported by ${scanner.name}`;
    const placed = await placeOrders(tx, ctx, {
      ...terms,
      note,
      expiresAt,
      targets: named.map(({ id, name }) => ({ kind, id, name })),
    });
    named.forEach(({ id, name }, index) => {
      const orderId = placed[index]?.id as string;
      orders.set(id, orderId);
      acts.push({
        act: actOf(terms.verb, kind),
        target: { kind, id, name },
        reason: terms.reason,
        note,
        after: {
          orderId,
          scannerId: scanner.id,
          ...(expiresAt === undefined ? {} : { until: expiresAt.toISOString() }),
        },
      });
    });
  }
  const taken = found.map((one): Taken => {
    const target = targetOf(one);
    if (target === null) return { outcome: "case", orderId: null };
    if (!live.has(target.id)) return { outcome: "ended", orderId: null };
    const orderId = orders.get(target.id);
    if (orderId === undefined || verb === null) return { outcome: "case", orderId: null };
    return { outcome: verb === "revoke" ? "revoked" : "suspended", orderId };
  });
  return { taken, acts };
}
