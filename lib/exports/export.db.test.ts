import { beforeEach, describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { REFUSALS } from "../audit/use-words.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { ocsfFaults } from "../event-streams/test-ocsf-classes.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { useOf } from "../seals/test-evidence.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { tokensTable } from "../tokens/table.ts";
import { type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { listWork } from "../work/list-work.ts";
import { beginExport } from "./begin-export.ts";
import { cancelExport } from "./cancel-export.ts";
import { createExport } from "./create-export.ts";
import { endAbandonedExports } from "./end-abandoned-exports.ts";
import { getExport } from "./get-export.ts";
import { EXPORT_SOURCES } from "./sources.ts";
import { type StreamOptions, streamExport } from "./stream-export.ts";

const world = testContexts();
let ctx: Context;
let fixture: Fixture;
let clientId: string;

/** A context of an API token that is there, as whoever looks whether it still is sees it. */
async function actorOf(role: Role, now = new Date()): Promise<Context> {
  const name = `${role} of exports`;
  const { id } = await createApiToken(world.as("owner"), { name, role });
  return {
    ...world.as(role),
    now,
    actor: { kind: "api_token", role, id, name, isUnattended: true, personId: null },
  };
}

beforeEach(async () => {
  fixture = fixtureOf(world.db);
  clientId = await fixture.client("billing");
  for (let n = 0; n < 25; n += 1)
    await fixture.token({
      clientId,
      issuedAt: new Date(Date.now() - n * 1000 - 1000),
      scopes: n % 2 === 0 ? ["invoices:read"] : ["invoices:write"],
    });
  ctx = await actorOf("auditor");
});

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function begin(query: string, format: "csv" | "ndjson", options: StreamOptions) {
  const { id } = await createExport(ctx, { list: "tokens", format, query });
  const begun = await beginExport(ctx, id);
  return { id, reader: streamExport(ctx, begun, options).getReader() };
}

async function readAll(reader: Reader, between: () => Promise<void> = async () => {}): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    await between();
  }
  return Buffer.concat(parts).toString("utf8");
}

const idsIn = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);

async function idsOfList(text: string): Promise<string[]> {
  const query = parseListQueryStrict(tokensTable, new URLSearchParams(text));
  return (await listTokens(ctx, { ...query, pageSize: 200 })).rows.map((row) => row.id);
}

async function entriesOf(id: string) {
  return world.db.query<{ act: string; after: Record<string, unknown>; actor: string }>(
    "SELECT act, after, actor_id AS actor FROM audit_entry WHERE target_kind = 'export' AND target_id = $1 ORDER BY sequence",
    [id],
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error("did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("an export", () => {
  test.each(["", "permission=invoices%3Aread", "sort=issued", "sort=-expires&client=billing"])(
    "holds what the list says, in its order, page after page: %j",
    async (query) => {
      const expected = await idsOfList(query);
      const { id, reader } = await begin(query, "ndjson", { pageSize: 4 });
      expect(idsIn(await readAll(reader))).toEqual(expected);
      expect(await getExport(ctx, id)).toMatchObject({
        state: "completed",
        rows: expected.length,
        total: { value: expected.length, isExact: true },
      });
      expect((await entriesOf(id)).map(({ act, after }) => [act, after.rows])).toEqual([
        ["export.began", undefined],
        ["export.completed", expected.length],
      ]);
    },
  );

  test("that a second person approved is cut where it comes to more rows than was approved", async () => {
    const prepare = async (rowsMax: number) => {
      const { id } = await createExport(ctx, { list: "tokens", format: "ndjson", query: "" });
      await world.db.query("UPDATE list_export SET rows_max = $2::bigint WHERE id = $1::uuid", [id, rowsMax]);
      return {
        id,
        file: readAll(streamExport(ctx, await beginExport(ctx, id), { pageSize: 4 }).getReader()),
      };
    };
    const whole = await prepare(25);
    expect(idsIn(await whole.file)).toHaveLength(25);
    expect(await getExport(ctx, whole.id)).toMatchObject({ state: "completed", rows: 25, rowsMax: 25 });
    const { id, file } = await prepare(24);
    await expect(file).rejects.toThrow("It came to more than 24 rows");
    expect(await getExport(ctx, id)).toMatchObject({ state: "cut", rows: 24, rowsMax: 24 });
    expect((await entriesOf(id)).map(({ act, after }) => [act, after.rows])).toEqual([
      ["export.began", undefined],
      ["export.cut", 24],
    ]);
  });

  async function fileOf(list: "token-uses" | "audit-entries", format: "csv" | "ndjson" | "ocsf") {
    const { id } = await createExport(ctx, { list, format, query: "" });
    return readAll(streamExport(ctx, await beginExport(ctx, id), { pageSize: 7 }).getReader());
  }

  test("is OCSF for the lists whose rows are events, acts with what they changed, and is refused for others", async () => {
    const file = async (list: "token-uses" | "audit-entries") => {
      const text = await fileOf(list, "ocsf");
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { class_uid: number; unmapped: Record<string, unknown> });
    };
    const [token] = await world.db.query<{ id: string; familyId: string }>(
      `SELECT id, family_id AS "familyId" FROM token LIMIT 1`,
    );
    const use = useOf({ tokenId: token?.id ?? "", familyId: token?.familyId ?? "", clientId });
    const hostile = 'quote " backslash \\ \u0001 </script> 漢字 😀';
    await createUseWriter().write(
      world.db,
      [
        { ...use, source: "forward_auth", method: "GET", path: `/${hostile}`, userAgent: hostile },
        ...REFUSALS.map((refusal) => ({ ...use, refusal })),
        { ...use, source: "report", at: new Date("1999-12-31T23:59:59.999Z"), subject: hostile },
        { ...use, source: "refresh", tokenKind: "refresh" as const },
        { ...use, source: "userinfo", ip: "2001:db8::1" },
      ],
      null,
    );
    ctx = { ...ctx, now: new Date() };
    const uses = (await file("token-uses")).toReversed();
    expect(uses).toHaveLength(25 + 4 + REFUSALS.length);
    expect(uses[0]).toMatchObject({ class_uid: 3002, unmapped: { chain: { ordinal: expect.any(Number) } } });
    await revokeClientTokens(world.as("responder"), { id: clientId, reason: "policy", note: "as an event" });
    ctx = { ...ctx, now: new Date() };
    const acts = await file("audit-entries");
    // rows of the log itself, each against the published class that it says it is of
    expect([...uses, ...acts].flatMap(ocsfFaults)).toEqual([]);
    expect(new Set([...uses, ...acts].map((event) => event.class_uid))).toEqual(
      new Set([3002, 6003, 2004, 3004]),
    );
    expect(acts.find(({ unmapped }) => unmapped.note === "as an event")).toMatchObject({
      class_uid: 3004,
      unmapped: { after: { orderId: expect.any(String) } },
    });
    // the other formats tell it too
    const [header = "", ...lines] = (await fileOf("audit-entries", "csv")).split("\r\n");
    expect(header.split(",")).toEqual(expect.arrayContaining(["user_agent", "before", "after"]));
    expect(lines.find((line) => line.includes("as an event"))).toMatch(/"\{.*""orderId"":""/);
    const rows = (await fileOf("audit-entries", "ndjson")).trim().split("\n");
    expect(
      rows.map((line) => JSON.parse(line) as { note: string }).find(({ note }) => note === "as an event"),
    ).toMatchObject({ before: null, after: { orderId: expect.any(String) }, userAgent: null });
    await expect(createExport(ctx, { list: "tokens", format: "ocsf", query: "" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "format" }],
    });
  });

  test("holds the same by pages of hundreds as by those of a list, with what an order reached that is not settled", async () => {
    for (let n = 0; n < 230; n += 1)
      await fixture.token({
        clientId,
        groups: ["staff"],
        audiences: n % 2 === 0 ? [] : ["orders-api", "a, b"],
        issuedAt: new Date(Date.now() - n * 1_800_000 - 60_000),
      });
    await revokeClientTokens(world.as("owner"), { id: clientId, reason: "test", note: "" });
    const [small, large] = [
      await begin("", "ndjson", { pageSize: 20 }),
      await begin("", "ndjson", { pageSize: 2_000 }),
    ];
    const rows = (await readAll(large.reader)).trim().split("\n");
    expect(rows).toHaveLength(255);
    expect(rows).toEqual((await readAll(small.reader)).trim().split("\n"));
    expect(JSON.parse(rows[30] as string)).toMatchObject({ state: "revoked", groups: ["staff"] });
  });

  test("counts what matches once, beside its pages", async () => {
    const query = { ...parseListQueryStrict(tokensTable, new URLSearchParams()), pageSize: 5 };
    // a page waits some milliseconds for its total and no longer
    await expect.poll(async () => (await listTokens(ctx, query)).total).toEqual({ value: 25, isExact: true });
    const page = await EXPORT_SOURCES.tokens.readPage(ctx, {
      ...parseListText("tokens", "", "query"),
      pageSize: 5,
    });
    expect([page.rows.length, page.total]).toEqual([5, { value: 6, isExact: false }]);
  });

  test("ends though tokens are issued faster than it reads, without those", async () => {
    const expected = await idsOfList("sort=issued");
    const { reader } = await begin("sort=issued", "ndjson", { pageSize: 4 });
    let added = 0;
    const text = await readAll(reader, async () => {
      for (let n = 0; n < 4 && added < 40; n += 1, added += 1) await fixture.token({ clientId });
    });
    expect(idsIn(text)).toEqual(expected);
  });

  test("holds neither a token's value nor its hash (mistake 1)", async () => {
    const token = await fixture.token({ clientId, issuedAt: new Date(Date.now() - 500) });
    for (const format of ["csv", "ndjson"] as const) {
      ctx = await actorOf("auditor");
      const text = await readAll((await begin("", format, {})).reader);
      expect(text).toContain(token.id);
      expect(text.toLowerCase()).not.toContain(token.valueHash.toString("hex"));
      expect(text).not.toContain(token.valueHash.toString("base64url"));
    }
  });

  test("reads no further than its reader does, and holds no connection meanwhile", async () => {
    const { id, reader } = await begin("", "ndjson", { pageSize: 4, noteEveryMs: 10 });
    await reader.read();
    await until(async () => (await getExport(ctx, id)).rows === 8);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // one page with the reader, one that waits for it
    expect((await getExport(ctx, id)).rows).toBe(8);
    await until(async () => world.db.pool.idleCount === world.db.pool.totalCount);
    await reader.cancel();
  });

  test("whose reader goes away ends at once, on record with the rows so far", async () => {
    const { id, reader } = await begin("", "csv", { pageSize: 4 });
    await reader.read();
    await reader.cancel();
    const { state, rows, problem } = await getExport(ctx, id);
    expect({ state, problem }).toEqual({ state: "cut", problem: "Its reader went away." });
    expect(rows).toBeLessThan(25);
    expect((await entriesOf(id)).at(-1)).toMatchObject({ act: "export.cut", after: { rows } });
    await until(async () => world.db.pool.idleCount === world.db.pool.totalCount);
    expect(world.db.pool.waitingCount).toBe(0);
  });

  test("whose reader takes nothing any more is cut", async () => {
    const { id } = await begin("", "csv", { pageSize: 4, noteEveryMs: 10, readWithinMs: 50 });
    await until(async () => (await getExport(ctx, id)).state === "cut");
    expect((await getExport(ctx, id)).problem).toBe("Its reader stopped reading.");
  });

  test("that is cancelled breaks off, so that nobody takes the file for whole", async () => {
    const { id, reader } = await begin("", "csv", { pageSize: 4, noteEveryMs: 10 });
    await reader.read();
    await cancelExport(ctx, id);
    await until(async () => (await getExport(ctx, id)).state === "cancelled");
    await expect(readAll(reader)).rejects.toThrow("It was cancelled.");
    expect((await entriesOf(id)).at(-1)?.act).toBe("export.cancelled");
    await expect(cancelExport(ctx, id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test("stops when the session or API token that asked for it ends", async () => {
    const { id, reader } = await begin("", "csv", { pageSize: 4, noteEveryMs: 10 });
    await reader.read();
    await world.db.query("UPDATE api_token SET revoked_at = now() WHERE id = $1::uuid", [ctx.actor.id]);
    await until(async () => (await getExport(ctx, id)).state === "cut");
    await expect(readAll(reader)).rejects.toThrow("ended");
  });

  test("that cannot be read to its end breaks off and is on record as failed", async () => {
    const { id, reader } = await begin("", "csv", { pageSize: 4 });
    await reader.read();
    await world.asOwner("REVOKE SELECT ON token FROM tokenwarden_app");
    await expect(readAll(reader)).rejects.toThrow();
    expect(await getExport(ctx, id)).toMatchObject({
      state: "failed",
      problem: "The database could not be read.",
    });
    expect((await entriesOf(id)).at(-1)?.act).toBe("export.failed");
  });

  test("is fetched once, within a minute, by who asked for it", async () => {
    const { id } = await createExport(ctx, { list: "tokens", format: "csv", query: "" });
    const other = await actorOf("owner");
    for (const act of [beginExport, getExport, cancelExport])
      await expect(act(other, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const late = { ...ctx, now: new Date(ctx.now.getTime() + 61_000) };
    await expect(beginExport(late, id)).rejects.toMatchObject({ code: "GONE" });
    const both = await Promise.allSettled([beginExport(ctx, id), beginExport(ctx, id)]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await entriesOf(id)).map((entry) => entry.act)).toEqual(["export.began"]);
  });

  test("does not begin where its beginning cannot be recorded (P1)", async () => {
    const { id } = await createExport(ctx, { list: "tokens", format: "csv", query: "" });
    await world.asOwner("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await expect(beginExport(ctx, id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect((await getExport(ctx, id)).state).toBe("waiting");
  });
});

describe("exports at once", () => {
  const ask = (who: Context) => createExport(who, { list: "clients", format: "csv", query: "" });

  test("are two of one person, also where three are asked for in one instant", async () => {
    const asked = await Promise.allSettled([ask(ctx), ask(ctx), ask(ctx)]);
    expect(asked.filter((one) => one.status === "fulfilled")).toHaveLength(2);
    await expect(ask(ctx)).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
    const later = { ...ctx, now: new Date(ctx.now.getTime() + 61_000) };
    await expect(ask(later), "what nobody fetched counts no more").resolves.toMatchObject({
      state: "waiting",
    });
  });

  test("are eight of everybody", async () => {
    for (let n = 0; n < 4; n += 1) {
      const who = await actorOf("responder");
      await ask(who);
      await ask(who);
    }
    await expect(ask(ctx)).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  });

  test("need the list's permission and the export's own", async () => {
    const governor = await actorOf("governor");
    await expect(ask(governor)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(
      ask({ ...ctx, actor: { kind: "anonymous", id: "anonymous", name: "" } }),
    ).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });
});

describe("an export whose process was killed", () => {
  test("is ended on record by a worker, once; one that is written is left alone", async () => {
    const { id } = await createExport(ctx, { list: "tokens", format: "csv", query: "" });
    await beginExport(ctx, id);
    const at = (seconds: number) => new Date(ctx.now.getTime() + seconds * 1000);
    expect((await endAbandonedExports(world.db, at(20))).ended).toBe(0);
    const ends = await Promise.all([
      endAbandonedExports(world.db, at(40)),
      endAbandonedExports(world.db, at(40)),
    ]);
    expect(Math.max(...ends.map((one) => one.ended))).toBe(1);
    expect((await entriesOf(id)).map((entry) => entry.act)).toEqual(["export.began", "export.cut"]);
    expect((await getExport(ctx, id)).problem).toBe("The process that wrote it ended.");
    const removed = await endAbandonedExports(world.db, at(8 * 86_400));
    expect(removed).toEqual({ ended: 0, removed: 1 });
    expect(await entriesOf(id), "the log keeps it").toHaveLength(2);
  });
});

describe("long work", () => {
  test("shows the actor's own exports with rows, whole and end, and nobody else's", async () => {
    const { id, reader } = await begin("", "csv", { pageSize: 4, noteEveryMs: 10 });
    await reader.read();
    await until(async () => {
      const { rows, total } = await getExport(ctx, id);
      return rows > 0 && total !== null;
    });
    const [item] = await listWork({ ...ctx, now: new Date(ctx.now.getTime() + 2_000) });
    expect(item).toMatchObject({
      kind: "export",
      id,
      title: "Export of Tokens as CSV",
      state: "running",
      total: { value: 25, isExact: true },
      cancelPath: `/api/v1/exports/${id}/cancel`,
    });
    expect(item?.secondsLeft).toBeGreaterThan(0);
    expect(await listWork(await actorOf("owner"))).toEqual([]);
    await readAll(reader);
    expect((await listWork(ctx))[0]).toMatchObject({ state: "done", done: 25, cancelPath: null });
    expect(await listWork({ ...ctx, now: new Date(ctx.now.getTime() + 2 * 3_600_000) })).toEqual([]);
  });
});
