import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { all, compile, sql } from "../list-query/sql-fragment.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { getTokenUseHistogram } from "../tokens/get-token-use-histogram.ts";
import type { NewToken } from "../tokens/register.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { actWords } from "./act-words.ts";
import { entryConditions } from "./entry-filters.ts";
import { getActHistogram } from "./get-act-histogram.ts";
import { getAuditEntry } from "./get-audit-entry.ts";
import { getUseHistogram } from "./get-use-histogram.ts";
import { listActivity } from "./list-activity.ts";
import { listAuditEntries } from "./list-audit-entries.ts";
import { listTokenUses } from "./list-token-uses.ts";
import { recordEntries, recordEntry } from "./record-entry.ts";
import { activityTable, auditEntriesTable, tokenUsesTable } from "./table.ts";
import { REFUSALS, refusalWords } from "./use-words.ts";

let db: Database;
let fixture: Fixture;
let clientId: string;
let userId: string;
let verifierId: string;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
  clientId = await fixture.client("billing");
  userId = await fixture.user("ines@example.test");
  verifierId = randomUUID();
  await db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, 'billing-api', now(), now())",
    [verifierId],
  );
});
afterAll(() => db.end());

const auditor = (now = new Date()) => contextAs(db, "auditor", now);
const uses = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));

async function use(
  token: NewToken,
  at: Date,
  refusal: string | null = null,
  ip = "192.0.2.7",
  country: string | null = null,
) {
  await db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject,
       verifier_id, audience, method, path, ip, country, writer_id, flush, ordinal, salt)
     VALUES ($1, $2, $2, $3, $4, 'forward_auth', $5, $6, $7, $8, $9, 's', $10, 'billing', 'GET', '/invoices', $11, $12, gen_random_uuid(), 1, 0, '\\x00')`,
    [
      uuidv7(at),
      at,
      refusal === null ? "allowed" : "refused",
      refusal,
      token.id,
      token.kind,
      token.familyId,
      token.clientId,
      token.userId,
      verifierId,
      ip,
      country,
    ],
  );
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

test("tells a token's whole story in one place: issue, uses, who revoked it and why, and the attempts refused since", async () => {
  const token = await fixture.token({ clientId, userId, issuedAt: ago(600) });
  const bystander = await fixture.token({ clientId, userId, issuedAt: ago(600) });
  await use(token, ago(500));
  await use(token, ago(400));
  await use(bystander, ago(300));
  await revokeToken(contextAs(db, "responder", ago(1)), {
    id: token.id,
    reason: "token_leaked",
    note: "in a gist",
  });
  await use(token, new Date(Date.now() + 1000), "revoked");
  // an act on the same client that does not reach the token: it is not its story
  await db.transaction((tx) =>
    recordEntry(tx, auditor(), {
      act: "client.updated",
      target: { kind: "client", id: clientId, name: "billing" },
    }),
  );
  const query = { ...defaultQuery(activityTable), filters: { token: token.id } };
  const { rows } = await listActivity(auditor(new Date(Date.now() + 2000)), query);
  expect(
    rows.map((row) =>
      row.kind === "use" ? `${row.use.outcome} ${row.use.refusal ?? ""}`.trim() : row.entry.act,
    ),
  ).toEqual(["refused revoked", "token.revoked", "allowed", "allowed", "issued"]);
  expect(rows[1]).toMatchObject({ kind: "act", entry: { reason: "token_leaked", note: "in a gist" } });
  expect(rows[0]).toMatchObject({
    kind: "use",
    use: { verifier: { name: "billing-api" }, path: "/invoices" },
  });

  const acts = await listActivity(auditor(), { ...query, filters: { token: token.id, what: ["act"] } });
  expect(acts.rows).toHaveLength(1);

  const lifeline = await getTokenUseHistogram(auditor(new Date(Date.now() + 2000)), token.id);
  const sum = (key: "issued" | "allowed" | "refused") =>
    lifeline.buckets.reduce((all, one) => all + one[key], 0);
  expect([sum("issued"), sum("allowed"), sum("refused")]).toEqual([1, 2, 1]);
  expect(lifeline.refusedAs).toEqual({ revoked: 1, expired: 0, suspended: 0 });
});

test("a wider order is part of the story of the tokens that it reached, and of no later one", async () => {
  const client = await fixture.client("reports");
  const before = await fixture.token({ clientId: client, issuedAt: ago(60) });
  await revokeClientTokens(contextAs(db, "responder"), { id: client, reason: "policy", note: "" });
  const after = await fixture.token({ clientId: client, issuedAt: new Date(Date.now() + 5) });
  const acts = async (token: NewToken) => {
    const query = { ...defaultQuery(activityTable), filters: { token: token.id, what: ["act" as const] } };
    return (await listActivity(auditor(), query)).rows.length;
  };
  expect(await acts(before)).toBe(1);
  expect(await acts(after)).toBe(0);
});

test("pages of the merged log give each row once, in order, both ways", async () => {
  const whole = await listActivity(auditor(), { ...defaultQuery(activityTable), pageSize: 200 });
  const ids = whole.rows.map((row) => row.id);
  expect(ids.length).toBeGreaterThan(8);
  const seen: string[] = [];
  let cursor: string | null = null;
  let last: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listActivity>> = await listActivity(auditor(), {
      ...defaultQuery(activityTable),
      pageSize: 3,
      cursor,
    });
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.next;
    last = page.previous ?? last;
  } while (cursor !== null);
  expect(seen).toEqual(ids);
  const back = await listActivity(auditor(), { ...defaultQuery(activityTable), pageSize: 200, cursor: last });
  expect(ids.slice(0, back.rows.length)).toEqual(back.rows.map((row) => row.id));
});

test("uses are found by each filter alone", async () => {
  const client = await fixture.client("export");
  const user = await fixture.user("rare@example.test");
  const token = await fixture.token({ clientId: client, userId: user, issuedAt: ago(1_200) });
  await use(token, ago(1_000), null, "198.51.100.9", "PT");
  await use(token, ago(90), "expired", "198.51.100.9");
  const count = async (text: string) => (await listTokenUses(auditor(), uses(text))).rows.length;
  expect(await count(`token=${token.id}`)).toBe(3);
  expect(await count(`family=${token.familyId}`)).toBe(3);
  expect(await count("client=export")).toBe(3);
  expect(await count(`client=${client}&outcome=refused`)).toBe(1);
  expect(await count("user=RARE%40example.test")).toBe(3);
  expect(await count(`user=${user}&outcome=issued`)).toBe(1);
  expect(await count("client=export&refusal=expired")).toBe(1);
  expect(await count("client=export&source=issue")).toBe(1);
  expect(await count("ip=198.51.100.9")).toBe(2);
  expect(await count("country=Portugal")).toBe(1);
  expect(await count("country=unknown&client=export")).toBe(2);
  expect(await count("country=PT&country=unknown&client=export")).toBe(3);
  expect(() => uses("country=Lusitania")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  expect(await count("verifier=billing-api&client=export")).toBe(2);
  expect(await count("client=export&at=within:500s")).toBe(1);
  expect(await count("client=nobody")).toBe(0);
  expect(await count("verifier=%27%20OR%20true%20--")).toBe(0);
  const { total } = await getUseHistogram(auditor(), uses("client=export").filters);
  expect(total).toEqual({ issued: 1, allowed: 1, refused: 1 });
});

test("uses are found by what no rollup knows, and without what is left out", async () => {
  const client = await fixture.client("searched");
  const token = await fixture.token({ clientId: client, userId: null, issuedAt: ago(1_200) });
  const seen = [
    ["/v1/invoices/1", "GET", 200, "curl/8.5", "billing", "2001:db8::1"],
    ["/v1/invoices/2", "post", 404, "Mozilla/5.0 (Bot)", "billing", "192.0.2.1"],
    ["/v2/100%_of\\it", "GET", 503, null, "ledger", "192.0.2.2"],
    [null, null, null, "CURL", null, null],
  ] as const;
  for (const [n, [path, method, status, agent, audience, ip]] of seen.entries())
    await db.query(
      `INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, path, method, status, user_agent, audience, ip, writer_id,
         flush, ordinal, salt)
       SELECT $1::uuid, $2::timestamptz, $2::timestamptz, 'allowed', 'report', $3::uuid, 'access', $4::uuid, $5::uuid, 's', $6, $7, $8::int, $9, $10, $11, gen_random_uuid(), 1, 0, '\\x00'`,
      [
        uuidv7(ago(100 + n)),
        ago(100 + n),
        token.id,
        token.familyId,
        client,
        path,
        method,
        status,
        agent,
        audience,
        ip,
      ],
    );
  const found: Record<string, number> = {
    "path=/v1/": 2,
    "path=invoices": 2,
    "path=/invoices": 0,
    "path=*/invoices*": 2,
    "path=/v1/*": 2,
    "path=/V1": 0,
    "path=/v1/invoices/1&path=/v2": 2,
    "path=100%25_of%5Cit": 1,
    "path=1__%25": 0,
    "notPath=/v1": 3,
    "method=post": 1,
    "notMethod=GET": 3,
    "status=404": 1,
    "status=2xx&status=5xx": 2,
    "status=>=400": 2,
    "status=..299": 1,
    "notStatus=2xx": 4,
    "agent=CURL": 2,
    "notAgent=bot": 4,
    "audience=billing": 2,
    "notAudience=billing": 3,
    "ip=2001:DB8:0::1": 1,
    "notIp=2001:db8:0:0::1&notIp=192.0.2.1": 3,
    [`notToken=${token.id}`]: 0,
    [`notFamily=${token.familyId}`]: 0,
    "notUser=nobody@example.test": 5,
    "notSource=issue": 4,
    "notClient=searched": 0,
    "notNetwork=AS15169": 5,
  };
  for (const [text, count] of Object.entries(found)) {
    const query = uses(`client=searched&${text}`);
    const page = await listTokenUses(auditor(), query);
    expect({ text, count: page.rows.length }).toEqual({ text, count });
    expect(page.searchedUpTo).toBeNull();
    // the newest part first comes to the same
    const { rows } = await listTokenUses(auditor(), query, { wholeMs: 0, partMs: 20_000 });
    expect(rows).toEqual(page.rows);
    const { total } = await getUseHistogram(auditor(), query.filters);
    expect({ text, total: total.issued + total.allowed + total.refused }).toEqual({ text, total: count });
  }
});

test("a search that has no time says how far it came, and its pages lead to the end, each row once, both ways", async () => {
  const client = await fixture.client("scattered");
  const token = await fixture.token({ clientId: client, userId: null, issuedAt: ago(90_000) });
  const times = [80_000, 40_000, 39_999, 7_000, 300, 200, 100, 50];
  for (const seconds of times) await use(token, ago(seconds));
  const noTime = { wholeMs: 0, partMs: 0 };
  const all = await listTokenUses(auditor(), uses("client=scattered&path=/inv"));
  expect(all).toMatchObject({ searchedUpTo: null, next: null });
  const ids = all.rows.map(({ id }) => id);
  expect(ids).toHaveLength(times.length);
  for (const sort of ["-at", "at"]) {
    const query = uses(`client=scattered&path=/inv&sort=${sort}&size=3`);
    const seen: string[] = [];
    let edge: string | null = null;
    let [cursor, parts]: [string | null, number] = [null, 0];
    do {
      const page = await listTokenUses(auditor(), { ...query, cursor }, noTime);
      if (page.searchedUpTo !== null) {
        parts += 1;
        expect(page.next, "it goes on from there").not.toBeNull();
        if (edge !== null)
          expect(sort === "at" ? page.searchedUpTo > edge : page.searchedUpTo < edge, "and gets on").toBe(
            true,
          );
        edge = page.searchedUpTo;
      }
      seen.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(sort === "at" ? ids.toReversed() : ids);
    expect(parts).toBeGreaterThan(2);
  }
});

test("a histogram of more than can be counted in time is of the newest part, exact, and says from when on", async () => {
  const client = await fixture.client("busy");
  const user = await fixture.user("busy@example.test");
  const token = await fixture.token({ clientId: client, userId: user, issuedAt: ago(5_400) });
  for (const seconds of [4_000, 2_000, 1_000, 30, 20, 10])
    await use(token, ago(seconds), null, "198.51.100.10");
  const now = new Date(Date.now() + 1);
  const { filters } = uses("user=busy%40example.test&at=within:2h");
  const whole = await getUseHistogram(auditor(now), filters);
  expect(whole).toMatchObject({ countedFrom: whole.from, total: { issued: 1, allowed: 6, refused: 0 } });
  // not at once, but stretch by stretch: it comes to the same
  expect(await getUseHistogram(auditor(now), filters, { wholeMs: 0, partMs: 20_000 })).toEqual(whole);
  const nothing = await getUseHistogram(auditor(now), filters, { wholeMs: 0, partMs: 0 });
  expect(nothing).toMatchObject({
    from: whole.from,
    countedFrom: whole.to,
    total: { issued: 0, allowed: 0, refused: 0 },
  });
  // what rollups answer takes no such time
  const byClient = uses("client=busy&at=within:2h").filters;
  expect(await getUseHistogram(auditor(now), byClient, { wholeMs: 0, partMs: 0 })).toMatchObject({
    total: { allowed: 6 },
  });
});

test("a histogram goes back to where the log begins where no time is named, and never over more than 90 days", async () => {
  const now = new Date();
  const [begin] = await db.query<{ at: Date }>("SELECT min(received_at) AS at FROM token_use");
  const any = await getUseHistogram(auditor(now), {});
  expect(any.from, "the log is older than the shortest chart").toBe(begin?.at.toISOString());
  const later = await getUseHistogram(auditor(new Date(now.getTime() + 200 * 86_400_000)), {});
  expect(new Date(later.to).getTime() - new Date(later.from).getTime()).toBe(90 * 86_400_000);
  const wide = await getUseHistogram(auditor(now), {
    at: { type: "range", from: "1970-01-02T00:00:00.000Z", to: null },
  });
  expect(new Date(wide.to).getTime() - new Date(wide.from).getTime()).toBe(90 * 86_400_000);
  const future = await getUseHistogram(auditor(now), {
    at: { type: "range", from: "2999-01-01T00:00:00.000Z", to: null },
  });
  expect(future.total).toEqual({ issued: 0, allowed: 0, refused: 0 });
});

test("a histogram follows the time range that the page has, in round steps", async () => {
  const now = new Date();
  const within = async (seconds: number) => {
    const { from, to, bucketSeconds, buckets } = await getUseHistogram(auditor(now), {
      at: { type: "within", seconds },
    });
    expect(Math.round((Date.parse(to) - Date.parse(from)) / 1000)).toBe(seconds);
    expect(buckets.length).toBeLessThanOrEqual(90);
    return bucketSeconds;
  };
  expect(await within(3_600)).toBe(60);
  expect(await within(7 * 86_400)).toBe(7_200);
  expect(await within(30 * 86_400)).toBe(43_200);
});

test("admin acts are found by who, what and on what, with % and _ as they stand", async () => {
  const ctx = contextAs(db, "governor");
  for (const name of ["50%_off", "5000 off"])
    await db.transaction((tx) =>
      recordEntry(tx, ctx, {
        act: "group.created",
        target: { kind: "group", id: name, name },
        after: { name },
      }),
    );
  const find = async (filters: object) =>
    (await listAuditEntries(auditor(), { ...defaultQuery(auditEntriesTable), filters })).rows;
  expect(await find({ q: "50%_" })).toHaveLength(1);
  expect(await find({ act: ["group.created"] })).toHaveLength(2);
  expect(await find({ actor: ctx.actor.id })).toHaveLength(2);
  expect(await find({ act: ["group.created"], by: [ctx.actor.kind] })).toHaveLength(2);
  expect(await find({ act: ["group.created"], by: ["user", "client"] })).toHaveLength(0);
  expect(await find({ target: "group", targetId: ["50%_off"] })).toHaveLength(1);
  expect(await find({ outcome: ["refused"], act: ["group.created"] })).toHaveLength(0);
  expect(await find({ q: "'; DROP TABLE audit_entry; --" })).toHaveLength(0);
  const [entry] = await find({ q: "50%_" });
  expect(await getAuditEntry(auditor(), entry?.id as string)).toMatchObject({
    after: { name: "50%_off" },
    before: null,
  });
});

test("acts of one moment stand in the order of the log, turned round where the newest are first", async () => {
  const id = randomUUID();
  const notes = Array.from({ length: 6 }, (_, index) => `${index + 1}`);
  await db.transaction((tx) =>
    recordEntries(
      tx,
      auditor(),
      notes.map((note) => ({
        act: "incident.note_added",
        target: { kind: "incident", id, name: "#1" },
        note,
      })),
    ),
  );
  const query = (sort: string) =>
    parseListQueryStrict(auditEntriesTable, new URLSearchParams({ targetId: id, target: "incident", sort }));
  const listed = async (sort: string) =>
    (await listAuditEntries(auditor(), query(sort))).rows.map(({ note }) => note);
  expect(await listed("-at")).toEqual(notes.toReversed());
  expect(await listed("at")).toEqual(notes);
});

test("acts are counted over time by outcome, by the filters of their list, newest first where time is short", async () => {
  const now = new Date();
  const at = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const write = (minutes: number, role: "governor" | "anonymous", errorCode?: string) =>
    db.transaction((tx) =>
      recordEntry(
        tx,
        { ...contextAs(db, role, at(minutes)), now: at(minutes) },
        { act: "export.counted", target: { kind: "export", id: "x", name: "counted" }, errorCode },
      ),
    );
  await write(100, "governor");
  await write(50, "governor", "FORBIDDEN");
  await write(5, "anonymous");
  await write(4, "governor");
  const acts = (text: string) =>
    parseListQueryStrict(auditEntriesTable, new URLSearchParams(`act=export.counted&${text}`)).filters;
  const count = async (text: string) => (await getActHistogram(auditor(now), acts(text))).total;
  expect(await count("at=within:2h")).toEqual({ done: 3, refused: 1 });
  expect(await count("")).toEqual({ done: 3, refused: 1 });
  expect(await count("by=anyone")).toEqual({ done: 3, refused: 1 });
  expect(await count("by=admin&by=api_token")).toEqual({ done: 2, refused: 1 });
  expect(await count("notBy=anonymous&notOutcome=refused")).toEqual({ done: 2, refused: 0 });
  expect(await count("notAct=export.counted")).toEqual({ done: 0, refused: 0 });
  expect(await count("notTarget=export")).toEqual({ done: 0, refused: 0 });
  expect(await count("at=within:10m&by=admin&by=api_token")).toEqual({ done: 1, refused: 0 });
  const whole = await getActHistogram(auditor(now), acts("at=within:2h"));
  const step = whole.bucketSeconds * 1_000;
  expect(whole.buckets.find(({ refused }) => refused > 0)?.at).toBe(
    new Date(Math.floor(at(50).getTime() / step) * step).toISOString(),
  );
  expect(await getActHistogram(auditor(now), acts("at=within:2h"), { wholeMs: 0, partMs: 20_000 })).toEqual(
    whole,
  );
  const nothing = await getActHistogram(auditor(now), acts("at=within:2h"), { wholeMs: 0, partMs: 0 });
  expect(nothing).toMatchObject({ countedFrom: whole.to, total: { done: 0, refused: 0 } });
});

test("the newest acts of admins are read from the index of theirs alone", async () => {
  const { text, values } = compile(
    sql`EXPLAIN SELECT e.id FROM audit_entry e WHERE ${all(entryConditions({ by: ["admin", "api_token"] }, new Date()))} ORDER BY e.at DESC, e.id DESC LIMIT 51`,
  );
  const plan = await db.query<{ "QUERY PLAN": string }>(text, values);
  expect(plan.map((row) => row["QUERY PLAN"]).join(" ")).toContain("audit_entry_of_admins");
});

test("nobody who is not signed in reads the log", async () => {
  const ctx = contextAs(db, "anonymous");
  const refusal = { code: "NOT_SIGNED_IN" };
  await expect(listTokenUses(ctx, uses(""))).rejects.toMatchObject(refusal);
  await expect(listAuditEntries(ctx, defaultQuery(auditEntriesTable))).rejects.toMatchObject(refusal);
  await expect(getAuditEntry(ctx, randomUUID())).rejects.toMatchObject(refusal);
  await expect(listActivity(ctx, defaultQuery(activityTable))).rejects.toMatchObject(refusal);
  await expect(getActHistogram(ctx, {})).rejects.toMatchObject(refusal);
  await expect(getUseHistogram(ctx, {})).rejects.toMatchObject(refusal);
  await expect(getTokenUseHistogram(ctx, randomUUID())).rejects.toMatchObject(refusal);
});

test("what is not there is not found", async () => {
  for (const id of ["x", randomUUID()]) {
    await expect(getAuditEntry(auditor(), id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getTokenUseHistogram(auditor(), id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
});

test("every refusal and act has words, those of a later version too", () => {
  for (const refusal of REFUSALS) expect(refusalWords(refusal)).not.toContain("_");
  expect(refusalWords("some_new_reason")).toBe("some new reason");
  expect(refusalWords("constructor")).toBe("constructor");
  expect(actWords("token.revoked")).toBe("revoked the token");
  expect(actWords("stream.created")).toBe("created stream");
});
