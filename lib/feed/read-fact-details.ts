import type { Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { Order } from "../revocations/model.ts";
import type { FeedEntry } from "../verification/read-orders.ts";
import type { FactDetails } from "./fact.ts";
import { ACCESS_TOKEN_MAX_MS, longestLifetimeSeconds, MARGIN_MS } from "./longest-lifetime.ts";

/** Margin for clocks: it keeps a fact a minute longer than it is needed. */
const CLOCK_SECONDS = 60;

/** Orders upon what tokens have in common. Not those upon keys and selections: they reach whatever is rooted after them too, or name their tokens. */
const WIDE = new Set<Order["targetKind"]>([
  "session",
  "user",
  "client",
  "permission",
  "group",
  "audience",
  "everything",
]);

const TOKENS = `
  SELECT t.id, t.expires_at AS "expiresAt" FROM unnest($1::uuid[], $2::timestamptz[]) AS k(id, issued_at)
  JOIN token t ON t.issued_at = k.issued_at AND t.id = k.id`;
const FAMILIES = `
  SELECT t.family_id AS id, max(t.expires_at) AS "expiresAt" FROM token t
  WHERE t.family_id = ANY ($1::uuid[]) AND t.kind = 'access' AND t.issued_at > $2::timestamptz GROUP BY t.family_id`;
const CLIENTS = `SELECT id, client_id AS "clientId" FROM client WHERE id = ANY ($1::uuid[])`;

type Expiry = { id: string; expiresAt: Date };

const seconds = (ms: number) => Math.ceil(ms / 1_000);

async function readTokenExpiries(db: Sql, orders: readonly Order[]): Promise<Map<string, number>> {
  const keys = orders.map(({ targetId }) => ({ id: targetId, issuedAt: uuidv7Time(targetId) }));
  const known = keys.filter((key) => key.issuedAt !== null);
  const rows =
    known.length === 0
      ? []
      : await db.query<Expiry>(TOKENS, [
          known.map((key) => key.id),
          known.map((key) => key.issuedAt as Date),
        ]);
  const found = new Map(rows.map((row) => [row.id, seconds(row.expiresAt.getTime())]));
  const expires = new Map<string, number>();
  for (const [index, order] of orders.entries()) {
    const issuedAt = keys[index]?.issuedAt ?? null;
    // one that has left the register had expired; one that is no token of ours was never good
    const over = found.get(order.targetId) ?? (issuedAt && seconds(issuedAt.getTime() + ACCESS_TOKEN_MAX_MS));
    if (over !== null) expires.set(order.id, over);
  }
  return expires;
}

/**
 * A family's last access token may be on its way while the order is read: an exchange that looked at the orders a moment before it is not seen
 * yet. So none counts as over before a token of today's settings would be.
 */
async function readFamilyExpiries(
  db: Sql,
  orders: readonly Order[],
  lifetimeSeconds: number,
): Promise<Map<string, number>> {
  const begins = orders.map((order) =>
    Math.max(uuidv7Time(order.id)?.getTime() ?? Date.now(), order.effectiveFromMs),
  );
  const oldest = begins.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const rows =
    orders.length === 0
      ? []
      : await db.query<Expiry>(FAMILIES, [
          orders.map((order) => order.targetId),
          new Date(oldest - ACCESS_TOKEN_MAX_MS),
        ]);
  const found = new Map(rows.map((row) => [row.id, seconds(row.expiresAt.getTime())]));
  return new Map(
    orders.map((order, index) => [
      order.id,
      Math.max(
        found.get(order.targetId) ?? 0,
        seconds(begins[index] as number) + lifetimeSeconds + CLOCK_SECONDS,
      ),
    ]),
  );
}

/**
 * Who is refused is given no new token, so what an order upon many reaches was issued before it was placed or began: no later than the longest lifetime after,
 * none of it is left. The order's id has its time, as the database had it.
 */
function wideExpiries(orders: readonly Order[]): Map<string, number> {
  const ends = (verb: Order["verb"]) => verb === "revoke" || verb === "suspend";
  return new Map(
    orders
      .filter(({ verb, targetKind }) => ends(verb) && WIDE.has(targetKind))
      .map(({ id, effectiveFromMs, cutoffMs }) => {
        const last = Math.max(uuidv7Time(id)?.getTime() ?? Date.now(), effectiveFromMs, cutoffMs ?? 0);
        return [id, seconds(last + ACCESS_TOKEN_MAX_MS + MARGIN_MS)];
      }),
  );
}

/** What facts tell beside their orders: when their tokens are over, and clients as the protocol calls them. Two statements, or three. */
export async function readFactDetails(
  db: Sql,
  entries: readonly FeedEntry[],
  registry: Pick<RegistrySnapshot, "organisation" | "clientsByUuid">,
): Promise<FactDetails> {
  const orders = entries.filter((entry): entry is Order => !("selectionId" in entry));
  const of = (kind: Order["targetKind"]) => orders.filter((order) => order.targetKind === kind);
  const clientIds = new Map<string, string>();
  const unheardOf: string[] = [];
  for (const { targetId } of of("client")) {
    const client = registry.clientsByUuid.get(targetId);
    if (client === undefined) unheardOf.push(targetId);
    else clientIds.set(targetId, client.clientId);
  }
  const [tokens, families, clients] = await Promise.all([
    readTokenExpiries(db, of("token")),
    readFamilyExpiries(db, of("family"), longestLifetimeSeconds(registry)),
    // registered since the registry was read
    unheardOf.length === 0
      ? []
      : db.query<{ id: string; clientId: string }>(CLIENTS, [[...new Set(unheardOf)]]),
  ]);
  for (const { id, clientId } of clients) clientIds.set(id, clientId);
  return { clientIds, expires: new Map([...tokens, ...families, ...wideExpiries(orders)]) };
}
