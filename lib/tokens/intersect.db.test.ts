import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { all, sql } from "../list-query/sql-fragment.ts";
import type { Window } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { Branch } from "./branch.ts";
import { userLead } from "./few-leads.ts";
import { intersections, revokedAmong } from "./intersect.ts";
import { clientLead, type Lead, labelLead } from "./lead.ts";
import { searchLead } from "./narrow-branches.ts";
import type { NewToken } from "./register.ts";
import { fixtureOf } from "./token-fixture.ts";

const DAY = 86_400_000;
const ALWAYS: Window = { from: null, to: null };

let db: Database;
let now: number;
let clients: string[];
let users: string[];
let tokens: (NewToken & { isRevoked: boolean })[];

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  const fixture = fixtureOf(db);
  now = Date.now();
  await db.query("SELECT ensure_partitions($1, now())", [new Date(now - 40 * DAY)]);
  clients = [await fixture.client("one"), await fixture.client("two")];
  users = [];
  for (const name of ["ines", "tomas", "noor"]) users.push(await fixture.user(`${name}@example.test`));
  tokens = [];
  for (let n = 0; n < 150; n += 1) {
    const token = await fixture.token({
      clientId: clients[n % 2] as string,
      userId: n % 4 === 3 ? null : (users[n % 3] as string),
      scopes: n % 5 < 2 ? ["read", "write"] : ["read"],
      groups: n % 7 === 0 ? ["Staff"] : [],
      issuedAt: new Date(now - Math.floor((n / 150) * 35 * DAY)),
    });
    const isRevoked = n % 6 === 0;
    if (n % 3 === 0)
      await db.query(
        `INSERT INTO token_standing (token_id, ${isRevoked ? "revoked_at, revoked_order_id" : "suspended_at, suspended_order_id"}) VALUES ($1, now(), $2)`,
        [token.id, randomUUID()],
      );
    tokens.push({ ...token, isRevoked });
  }
});
afterAll(() => db.end());

type Named = { lead: Lead; matches: (token: NewToken) => boolean };

async function named(): Promise<Record<string, Named>> {
  const scope = (name: string): Named => ({
    lead: labelLead({ facet: "scope", labels: [name] }, sql`t.scopes && ${[name]}::text[]`, 10),
    matches: (token) => token.scopes.includes(name),
  });
  const [client, user] = [clients[1] as string, users[1] as string];
  const search = await searchLead(db, "o");
  return {
    write: scope("write"),
    none: scope("nothing"),
    staff: {
      lead: labelLead({ facet: "group", labels: ["Staff"] }, sql`t.groups && ${["Staff"]}::text[]`, 10),
      matches: (token) => token.groups.includes("Staff"),
    },
    client: {
      lead: clientLead([client], sql`t.client_id = ANY (${[client]}::uuid[])`, 10),
      matches: (token) => token.clientId === client,
    },
    user: {
      lead: await userLead(db, ["tomas@example.test"]),
      matches: (token) => token.userId === user,
    },
    // part of "one" and "two", which are clients: no index has it
    search: { lead: search.lead as Lead, matches: () => true },
  };
}

async function idsOf(branch: Branch): Promise<string[]> {
  const rows = await withinTime<{ id: string }>(
    db,
    sql`SELECT ${branch.id} AS id FROM ${branch.from} WHERE ${all([...branch.where, sql`t.id = ${branch.id}`])}`,
    10_000,
    "sets",
  );
  const bare = await withinTime<{ id: string }>(
    db,
    sql`SELECT ${branch.id} AS id FROM ${branch.countFrom as typeof branch.from} WHERE ${all(branch.where)}`,
    10_000,
    "sets",
  );
  const ids = (some: { id: string }[] | null) => (some ?? []).map((row) => row.id).sort();
  expect(ids(bare)).toEqual(ids(rows));
  return ids(rows);
}

const STRETCHES = (): Window[] => [
  ALWAYS,
  { from: new Date(now - 20 * DAY), to: null },
  { from: new Date(now - 30 * DAY), to: new Date(now - 3 * DAY) },
];
const isIn = ({ issuedAt }: NewToken, { from, to }: Window) =>
  (from === null || issuedAt >= from) && (to === null || issuedAt < to);

test("what two filters have in common is what carries both, of any stretch of time", async () => {
  const { write, none, staff, client, user, search } = await named();
  const pairs: [Named, Named][] = [
    [write as Named, staff as Named],
    [write as Named, client as Named],
    [staff as Named, user as Named],
    [none as Named, client as Named],
  ];
  for (const [one, other] of pairs) {
    const [lead, ...more] = intersections([one.lead, other.lead, (search as Named).lead], 1);
    expect(more).toEqual([]);
    expect(lead?.answersToo).toEqual([one.lead.answers, other.lead.answers]);
    for (const stretch of STRETCHES()) {
      const own = tokens.filter(
        (token) => one.matches(token) && other.matches(token) && isIn(token, stretch),
      );
      const [branch] = lead?.branches(stretch) ?? [];
      expect(await idsOf(branch as Branch)).toEqual(own.map((token) => token.id).sort());
    }
  }
});

test("what is revoked beside another filter is what is both, and leaves suspended tokens out", async () => {
  for (const [name, { lead, matches }] of Object.entries(await named()))
    for (const span of STRETCHES()) {
      const found = revokedAmong([lead], { revoked: 25, cost: 10_000, span });
      if (name === "search") {
        expect(found).toBeNull();
        continue;
      }
      expect(found?.answers).toBe(lead.answers);
      const own = tokens.filter((token) => token.isRevoked && matches(token) && isIn(token, span));
      expect(await idsOf(found?.branch as Branch), name).toEqual(own.map((token) => token.id).sort());
    }
});

test("little is looked up one by one, whatever else there is", async () => {
  const { write, staff } = await named();
  const leads = [(write as Named).lead, (staff as Named).lead];
  expect(revokedAmong(leads, { revoked: 10, cost: 500, span: ALWAYS })).toBeNull();
  expect(intersections(leads, 1)[0]?.tokens).toBeGreaterThan(1_000);
});
