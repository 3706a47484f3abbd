import type { Sql } from "../db/sql.ts";
import type { Severity } from "../incidents/model.ts";
import type { NotificationKind } from "../notifications/model.ts";
import { notify } from "../notifications/notify.ts";
import { reasonWords } from "../revocations/model.ts";
import type { Raised } from "./judge-events.ts";
import type { RuleName } from "./model.ts";
import { RULES } from "./rules.ts";

/** Rules whose findings follow from an order, what its tokens are called by then, and which of its columns names it. */
const FOLLOWS: Readonly<Partial<Record<RuleName, { ended: string; column: string }>>> = {
  use_after_revocation: { ended: "revoked", column: "revoked_order_id" },
  use_after_suspension: { ended: "suspended", column: "suspended_order_id" },
};
const DETECTOR = { kind: "system", id: "detector", name: "detector" } as const;
/** A larger number is told when it is so many times what was told, and no sooner than that. */
const GROWS_BY = 2;
const LOOK_EVERY_MS = 60_000;
/** Tokens of one order that are counted; of more it is said "at least". */
const COUNTED_MAX = 10_000;
/** Targets that are no person's, and may be named in what leaves by mail. */
const NAMED = new Set(["client", "permission", "group", "audience"]);

type Order = {
  id: string;
  targetKind: string;
  targetName: string;
  reason: string;
  actorKind: string;
  actorName: string;
};
/** Of which order a token's end is. */
export type EndsByOrder = ReadonlyMap<string, Order>;

const ORDERS = (column: string) => `
  SELECT s.token_id AS "tokenId", o.id, o.target_kind AS "targetKind", o.target_name AS "targetName", o.reason, o.actor_kind AS "actorKind", o.actor_name AS "actorName"
  FROM token_standing s JOIN revocation_order o ON o.id = s.${column} WHERE s.token_id = ANY ($1::uuid[])`;

/** By whom, where that is no user: what leaves by mail is out of reach of an erasure. */
const whoseOf = ({ actorKind, actorName }: Order) => (actorKind === "user" ? "" : ` of ${actorName}`);

const keyOf = (rule: string, tokenId: string | null) => `${rule} ${tokenId ?? ""}`;

/** Whether something that was found follows from an order, and is told with it. */
export function followsOrder(
  ends: EndsByOrder,
  { rule, tokenId }: Pick<Raised, "rule" | "tokenId">,
): boolean {
  return ends.has(keyOf(rule, tokenId));
}

/** The orders that what was found follows from, by rule and token. */
export async function readEndsByOrder(tx: Sql, found: readonly Raised[]): Promise<EndsByOrder> {
  const ends = new Map<string, Order>();
  for (const [rule, { column }] of Object.entries(FOLLOWS)) {
    const tokenIds = found.flatMap((one) => (one.rule === rule ? (one.tokenId ?? []) : []));
    if (tokenIds.length === 0) continue;
    for (const { tokenId, ...order } of await tx.query<Order & { tokenId: string }>(ORDERS(column), [
      tokenIds,
    ]))
      ends.set(keyOf(rule, tokenId), order);
  }
  return ends;
}

const NOTE = `
  INSERT INTO order_presented (order_id, token_id, at) SELECT $1::uuid, unnest($2::uuid[]), $3::timestamptz ON CONFLICT DO NOTHING`;
const TOLD = `SELECT key, at FROM notification WHERE thread = $1::text ORDER BY id DESC LIMIT 1`;
const COUNT = `
  SELECT count(*)::int AS tokens, count(DISTINCT t.user_id)::int AS users FROM (
    SELECT token_id FROM order_presented WHERE order_id = $1::uuid LIMIT ${COUNTED_MAX}) p
    JOIN token t ON t.issued_at = uuid_extract_timestamp(p.token_id) AND t.id = p.token_id`;

function many(count: number, one: string): string {
  return `${count >= COUNTED_MAX ? "at least " : ""}${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}

function titleOf({ targetKind, targetName }: Order, tokens: number, ended: string): string {
  const goes = tokens === 1 ? "goes" : "go";
  const whose = NAMED.has(targetKind) ? `: ${targetKind} ${targetName}` : "";
  const what = many(tokens, `${ended} token`);
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} ${goes} on being presented${whose}`;
}

async function tellOf(tx: Sql, order: Order, rule: RuleName, now: Date): Promise<void> {
  const { ended } = FOLLOWS[rule] as { ended: string };
  const { severity, means } = RULES[rule];
  const thread = `${rule} order ${order.id}`;
  const [last] = await tx.query<{ key: string; at: Date }>(TOLD, [thread]);
  if (last !== undefined && now.getTime() - last.at.getTime() < LOOK_EVERY_MS) return;
  const [counted] = await tx.query<{ tokens: number; users: number }>(COUNT, [order.id]);
  const { tokens = 0, users = 0 } = counted ?? {};
  if (tokens === 0 || tokens < GROWS_BY * Number(last?.key.split(" ").at(-1) ?? 0)) return;
  const by = users === 0 ? "" : ` Of ${many(users, "user")}.`;
  await notify(
    tx,
    { actor: DETECTOR, now },
    {
      kind: `detection_${severity satisfies Severity}` satisfies NotificationKind,
      key: `${thread} ${tokens}`,
      thread,
      title: titleOf(order, tokens, ended),
      text: `${means}${by} They follow from one order${whoseOf(order)} (${reasonWords(order.reason, order.actorKind).toLowerCase()}) and are told as one, again when they are twice as many.`,
      path: `/orders/${order.id}`,
      subject: { kind: "order", id: order.id, name: titleOf(order, tokens, ended) },
    },
  );
}

/** Tells what follows from orders, one for each: how many of its tokens go on being presented, and of how many users. */
export async function tellOfOrders(
  tx: Sql,
  found: readonly Raised[],
  ends: EndsByOrder,
  now: Date,
): Promise<void> {
  const byOrder = new Map<string, { order: Order; rule: RuleName; tokenIds: string[] }>();
  for (const { rule, tokenId } of found) {
    const order = ends.get(keyOf(rule, tokenId));
    if (order === undefined || tokenId === null) continue;
    const of = byOrder.get(`${rule} ${order.id}`) ?? { order, rule, tokenIds: [] };
    of.tokenIds.push(tokenId);
    byOrder.set(`${rule} ${order.id}`, of);
  }
  for (const { order, rule, tokenIds } of byOrder.values()) {
    await tx.query(NOTE, [order.id, tokenIds, now]);
    await tellOf(tx, order, rule, now);
  }
}
