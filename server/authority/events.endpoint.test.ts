import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getUseSummary } from "#lib/audit/get-use-summary.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { uuidv7 } from "#lib/ids.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import { listReportGaps } from "#lib/reports/list-report-gaps.ts";
import type { ReportResult } from "#lib/reports/model.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { issue, revokeAs, startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
let one: string;
let two: string;

beforeAll(async () => {
  instance = await startTestInstance(2);
  [one, two] = instance.urls as [string, string];
});
afterAll(() => instance.stop());

const billing = () => instance.registry.verifiers.billing;
const ledger = () => instance.registry.verifiers.ledger;

type Body = { results: ReportResult[]; error?: string; error_description?: string };

async function send(
  body: unknown,
  {
    url = one,
    secret = billing().secret,
    headers = {},
  }: { url?: string; secret?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Body; headers: Headers }> {
  const response = await fetch(`${url}/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}

const batch = (...reports: unknown[]) => ({ instance: randomUUID(), reports });

/** The results of a request that is taken. */
async function report(reports: unknown[], options: Parameters<typeof send>[1] = {}): Promise<ReportResult[]> {
  const { status, body } = await send(batch(...reports), options);
  expect([status, body.error_description]).toEqual([200, undefined]);
  return body.results;
}

function use(token: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    token: decodeJwt(token).jti,
    outcome: "allowed",
    method: "GET",
    path: "/v1/invoices",
    ip: "192.0.2.7",
    user_agent: "invoices/1",
    audience: "billing",
    status: 200,
    bytes: 512,
    latency_us: 40,
    ...change,
  };
}

type UseRow = {
  outcome: string;
  refusal: string | null;
  path: string | null;
  userAgent: string | null;
  verifierId: string;
  at: Date;
};

function usesOf(token: string): Promise<UseRow[]> {
  return instance.db.query<UseRow>(
    `SELECT outcome, refusal, path, user_agent AS "userAgent", verifier_id AS "verifierId", at FROM token_use
     WHERE token_id = $1::uuid AND source = 'report' ORDER BY at, ordinal`,
    [decodeJwt(token).jti as string],
  );
}

describe("a report", () => {
  test("is on record when it is answered, allowed or refused, and comes into the token's counts", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const [allowed, refused] = [use(token), use(token, { outcome: "refused", refusal: "permission" })];
    expect(await report([allowed, refused])).toEqual([
      { id: allowed.id, result: "recorded" },
      { id: refused.id, result: "recorded" },
    ]);
    const rows = await usesOf(token);
    expect(rows.map(({ outcome, refusal }) => [outcome, refusal])).toEqual([
      ["allowed", null],
      ["refused", "permission"],
    ]);
    expect(rows.every((row) => row.verifierId === billing().id)).toBe(true);
    await expect
      .poll(
        async () => {
          const [row] = await instance.db.query(
            `SELECT use_count AS uses, refused_count AS refused, last_ip AS ip FROM token_usage WHERE token_id = $1::uuid`,
            [decodeJwt(token).jti as string],
          );
          return row;
        },
        // counts are written once a second
        { timeout: 10_000 },
      )
      .toEqual({ uses: 1n, refused: 1n, ip: "192.0.2.7" });
  });

  test("adds to what was answered with a token, by status, and to the bytes that went out", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const told = [
      { status: 200, bytes: 512 },
      { status: 200, bytes: 1_500 },
      { status: 404, bytes: 0 },
      { status: 500, bytes: null },
      { status: null, bytes: null },
    ];
    await report(told.map((answer) => use(token, answer)));
    const filters = (text: string) =>
      parseListQueryStrict(tokenUsesTable, new URLSearchParams(`token=${decodeJwt(token).jti}${text}`))
        .filters;
    const auditor = contextAs(instance.db, "auditor");
    expect(await getUseSummary(auditor, filters("&outcome=allowed"))).toMatchObject({
      uses: 5,
      bytes: 2_012,
      statuses: [
        { status: 200, uses: 2 },
        { status: 404, uses: 1 },
        { status: 500, uses: 1 },
      ],
    });
    expect(await getUseSummary(auditor, filters("&outcome=issued"))).toMatchObject({
      uses: 1,
      bytes: null,
      statuses: [],
    });
  });

  test("of a token that was revoked, and accepted all the same, is evidence", async () => {
    const token = await issue(one, instance.registry.jwtService);
    await revokeAs(one, instance.registry.jwtService, token);
    expect(await report([use(token)])).toMatchObject([{ result: "recorded" }]);
    expect(await usesOf(token)).toMatchObject([{ outcome: "allowed" }]);
  });

  test("is recorded once, whichever authority it comes to again, and a conflict under another content", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const first = use(token);
    expect(await report([first])).toEqual([{ id: first.id, result: "recorded" }]);
    expect(await report([first], { url: two })).toEqual([{ id: first.id, result: "duplicate" }]);
    expect(await report([{ ...first, path: "/v1/other" }], { url: two })).toEqual([
      { id: first.id, result: "refused", code: "conflict" },
    ]);
    expect(await usesOf(token)).toHaveLength(1);
  });

  test("that goes to both authorities at once is recorded by one of them", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const reports = Array.from({ length: 40 }, () => use(token));
    const answers = await Promise.all(
      [one, two, one, two].map((url, index) => report(index < 2 ? reports : reports.toReversed(), { url })),
    );
    const results = answers.flat().map((result) => result.result);
    expect(results.filter((result) => result === "recorded")).toHaveLength(40);
    expect(results.filter((result) => result === "duplicate")).toHaveLength(120);
    expect(await usesOf(token)).toHaveLength(40);
  });

  test("comes in any order, days late", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const now = Date.now();
    const times = [3_000, 1_000, 2_000].map((ago) => new Date(now - ago + 1_000).toISOString());
    expect(await report(times.map((at) => use(token, { at })))).toMatchObject(
      times.map(() => ({ result: "recorded" })),
    );
    expect((await usesOf(token)).map((row) => row.at.toISOString())).toEqual(times.toSorted());
  });

  test("that is bad keeps none of the others out, and each is told why", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const foreign = await issue(one, instance.registry.otherService);
    const reports = [
      use(token),
      { id: "nonsense" },
      use(token, { at: "1970-01-01T00:00:00Z" }),
      use(token, { at: "2099-01-01T00:00:00Z" }),
      use(token, { token: uuidv7(new Date()) }),
      use(token, { token: randomUUID() }),
      use(token, { audience: "ledger" }),
      use(foreign, { audience: undefined }),
      use(token, { at: new Date(Date.now() - 3_600_000).toISOString() }),
      use(token, { outcome: "refused" }),
      use(token, { outcome: "refused", refusal: "because" }),
      null,
      use(token),
    ];
    const results = await report(reports);
    expect(results.map((result) => ("code" in result ? result.code : result.result))).toEqual([
      "recorded",
      "invalid",
      "time",
      "time",
      "unknown_token",
      "unknown_token",
      "audience",
      "audience",
      "invalid",
      "invalid",
      "invalid",
      "invalid",
      "recorded",
    ]);
    expect(results[1]?.id).toBeNull();
    expect(results[2]?.id).toBe(reports[2]?.id);
    expect(await usesOf(token)).toHaveLength(2);
    expect(await usesOf(foreign)).toHaveLength(0);
  });

  test("of another audience's token is taken where it says that it was refused for that", async () => {
    const foreign = await issue(one, instance.registry.otherService);
    const refused = use(foreign, { outcome: "refused", refusal: "audience", audience: undefined });
    expect(await report([refused])).toEqual([{ id: refused.id, result: "recorded" }]);
    expect(await usesOf(foreign)).toMatchObject([{ refusal: "audience" }]);
    // by its own verifier it is nothing of the kind
    expect(await report([use(foreign, { audience: "ledger" })], { secret: ledger().secret })).toMatchObject([
      { result: "recorded" },
    ]);
  });

  test("of a token that nobody was given is counted, for its verifier and address", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const unknown = () => use(token, { token: uuidv7(new Date()), ip: "198.51.100.9" });
    expect(await report([unknown(), unknown(), unknown()])).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "unknown_token" })),
    );
    await expect
      .poll(async () => {
        const [row] = await instance.db.query<{ count: bigint }>(
          `SELECT sum(count)::bigint AS count FROM refused_count WHERE verifier_id = $1 AND ip = '198.51.100.9' AND refusal = 'unknown'`,
          [billing().id],
        );
        return row?.count;
      })
      .toBe(3n);
  });

  test("of a token that nobody was given and that the verifier accepted raises the alarm of a forgery, once a minute; a refused one does not", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const alarms = () =>
      instance.db.query<{ after: { tokenId?: string } }>(
        "SELECT after FROM audit_entry WHERE act = 'token.forgery_reported' AND target_kind = 'verifier' AND target_id = $1",
        [ledger().id],
      );
    const asLedger = { secret: ledger().secret };
    const refused = use(token, { token: uuidv7(new Date()), outcome: "refused", refusal: "revoked" });
    await report([refused], asLedger);
    expect(await alarms()).toEqual([]);
    const forged = use(token, { token: uuidv7(new Date()) });
    await report([forged, use(token, { token: uuidv7(new Date()) })], asLedger);
    expect(await alarms()).toMatchObject([{ after: { tokenId: forged.token } }]);
  });

  test("keeps no token that stands in a path or a user agent, and no text that breaks the database", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const results = await report([
      use(token, { path: `/login/${token}?access_token=${token}`, user_agent: `x ${billing().secret}` }),
      use(token, { path: "/a\u0000\ud800b", user_agent: "\u202eevil" }),
    ]);
    expect(results).toMatchObject([{ result: "recorded" }, { result: "recorded" }]);
    const rows = await usesOf(token);
    expect(rows.map((row) => row.path)).toEqual(["/login/[redacted JWT]", "/a\ufffdb"]);
    expect(rows.map((row) => row.userAgent)).toEqual(["x twv_[redacted]", "evil"]);
  });
});

describe("a request", () => {
  test("without a verifier's credentials is refused before its body is read, with them by Basic it is taken", async () => {
    const token = await issue(one, instance.registry.jwtService);
    for (const authorization of [
      "Bearer nobody",
      "Bearer twv_wrong",
      `Bearer ${instance.registry.jwtService.secret}`,
    ]) {
      const { status, body } = await send(batch(use(token)), { headers: { authorization } });
      expect([status, body.error]).toEqual([401, "invalid_client"]);
    }
    const { status, headers } = await send("x".repeat(5_000_000), {
      headers: { authorization: "Bearer twv_wrong" },
    }).catch(() => ({ status: 401, headers: new Headers() }));
    expect(status).toBe(401);
    expect(headers.get("retry-after")).toBeNull();
    const basic = Buffer.from(`billing-api:${billing().secret}`).toString("base64");
    const answer = await send(batch(use(token)), { headers: { authorization: `Basic ${basic}` } });
    expect(answer.body.results).toMatchObject([{ result: "recorded" }]);
    expect(await usesOf(token)).toHaveLength(1);
  });

  test.each([
    ["no JSON", "{", 400],
    ["no object", "7", 400],
    ["no instance", { reports: [] }, 400],
    ["no reports", { instance: randomUUID() }, 400],
    ["reports that are no list", { instance: randomUUID(), reports: {} }, 400],
    ["a loss that is none", { instance: randomUUID(), reports: [], lost: -1 }, 400],
    ["a loss beyond counting", { instance: randomUUID(), reports: [], lost: 1e300 }, 400],
    ["1,001 reports", { instance: randomUUID(), reports: Array.from({ length: 1_001 }, () => 0) }, 400],
    ["more than a megabyte", { instance: randomUUID(), reports: ["x".repeat(1_100_000)] }, 413],
  ])("with %s is refused whole", async (_name, body, expected) => {
    const { status, body: answer } = await send(body).catch(() => ({
      status: 413,
      body: { error: "invalid_request" },
    }));
    expect([status, answer.error]).toEqual([expected, "invalid_request"]);
  });

  test("that gives a name twice, in the envelope or in a report, is refused whole, and nothing of it is on record", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const report = JSON.stringify(use(token));
    const envelope = (inner: string, more = "") =>
      `{"instance":"${randomUUID()}","reports":[${inner}]${more}}`;
    for (const body of [
      envelope(report.replace(/}$/, ',"outcome":"allowed"}')),
      envelope(report.replace(/}$/, ',"\\u006futcome":"allowed"}')),
      envelope(report, ',"reports":[]'),
    ]) {
      const { status, body: answer } = await send(body);
      expect([status, answer.error_description]).toEqual([400, "The body gives a name twice."]);
    }
    expect(await usesOf(token)).toEqual([]);
    expect((await send(envelope(report))).body.results).toMatchObject([{ result: "recorded" }]);
  });

  test("of another type, or by another method, is told so", async () => {
    const form = await send("a=b", { headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect(form.status).toBe(415);
    const got = await fetch(`${one}/events`);
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("may have a thousand reports and none", async () => {
    const token = await issue(one, instance.registry.jwtService);
    const results = await report(Array.from({ length: 1_000 }, () => use(token)));
    expect(new Set(results.map((result) => result.result))).toEqual(new Set(["recorded"]));
    expect(await usesOf(token)).toHaveLength(1_000);
    expect(await report([])).toEqual([]);
  });

  test("tells what was lost, and it shows as a gap", async () => {
    const { body } = await send(
      { instance: randomUUID(), reports: [], lost: 41 },
      { secret: ledger().secret },
    );
    expect(body).toEqual({ results: [] });
    const { gaps, lost } = await listReportGaps(contextAs(instance.db, "auditor"), {
      verifierId: ledger().id,
    });
    expect(lost).toBe(41);
    expect(gaps).toMatchObject([{ verifier: { id: ledger().id, name: "ledger-api" }, lost: 41 }]);
  });

  test("of who sends nothing but nonsense meets its bound, and other verifiers do not", async () => {
    const noisy = await startTestInstance(1, { env: { GARBAGE_PER_SECOND: "5" } });
    try {
      const token = await issue(noisy.issuer, noisy.registry.jwtService);
      const statusOf = async (secret: string, ...reports: unknown[]) =>
        (await send(batch(...reports), { url: noisy.issuer, secret })).status;
      const own = noisy.registry.verifiers.billing.secret;
      const nonsense = await Promise.all(Array.from({ length: 40 }, () => statusOf(own, { id: "nonsense" })));
      // a burst of ten, and what comes back of it while they are answered
      expect(nonsense.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
      expect(nonsense.filter((status) => status === 429).length).toBeGreaterThan(5);
      expect(await statusOf(own, use(token))).toBe(200);
      expect(await statusOf(noisy.registry.verifiers.ledger.secret, { id: "nonsense" })).toBe(200);
    } finally {
      await noisy.stop();
    }
  });

  test("is not taken in while the authority is behind or the disk is full, and nothing of it is on record", async () => {
    const lonely = await startTestInstance(1);
    try {
      const token = await issue(lonely.issuer, lonely.registry.jwtService);
      const { secret } = lonely.registry.verifiers.billing;
      const taken = () => send(batch(use(token)), { url: lonely.issuer, secret });
      const [authority] = lonely.authorities;
      for (const [thing, property] of [
        [authority?.services.disk, "isFull"],
        [authority?.services.follower, "isStale"],
      ] as const) {
        Object.defineProperty(thing, property, { get: () => true, configurable: true });
        const { status, body, headers } = await taken();
        expect([status, body.error, headers.get("retry-after")]).toEqual([
          503,
          "temporarily_unavailable",
          "1",
        ]);
        Reflect.deleteProperty(thing as object, property);
        Object.defineProperty(thing, property, { get: () => false, configurable: true });
      }
      expect((await taken()).status).toBe(200);
      await lonely.db.query("SELECT 1");
      const [row] = await lonely.db.query<{ count: bigint }>(
        "SELECT count(*) FROM token_use WHERE source = 'report'",
      );
      expect(row?.count).toBe(1n);
    } finally {
      await lonely.stop();
    }
  });
});

test("reports count as a use of the secret that they came with, not as a question; metadata names the endpoint", async () => {
  await report([]);
  const metadata = (await (await fetch(`${one}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;
  expect(metadata.use_report_endpoint).toBe(`${instance.issuer}/events`);
  await expect
    .poll(
      async () => {
        const [row] = await instance.db.query<{ seen: boolean }>(
          `SELECT s.last_used_at > now() - interval '2 minutes' AND v.last_seen_at IS NULL AS seen
           FROM verifier v JOIN verifier_secret s ON s.verifier_id = v.id WHERE v.id = $1::uuid`,
          [billing().id],
        );
        return row?.seen;
      },
      { timeout: 10_000 },
    )
    .toBe(true);
});

test("the bodies that docs/feed.md shows for software in any language are taken as they stand, and are on record", async () => {
  const text = await readFile(new URL("../../docs/feed.md", import.meta.url), "utf8");
  const token = await issue(one, instance.registry.jwtService);
  const examples = [...text.matchAll(/ISSUER(\/\S+) -d '(\{.*?\n\})'/gs)];
  expect(examples.map(([, path]) => path)).toEqual(["/revocations/acknowledgements", "/events"]);
  const jti = String(decodeJwt(token).jti);
  const answers = await Promise.all(
    examples.map(async ([, path, body = ""]) => {
      const response = await fetch(`${one}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${billing().secret}`, "content-type": "application/json" },
        body: body.replace("NOW", new Date().toISOString()).replace("JTI", jti),
      });
      return [response.status, await response.text()];
    }),
  );
  expect(answers[0]).toEqual([204, ""]);
  expect(answers[1]?.[0]).toBe(200);
  expect(JSON.parse(String(answers[1]?.[1])).results).toMatchObject([{ result: "recorded" }]);
  const uses = await instance.db.query(
    "SELECT outcome, path FROM token_use WHERE token_id = $1 AND source = 'report'",
    [jti],
  );
  expect(uses).toEqual([{ outcome: "allowed", path: "/orders/17" }]);
  await expect
    .poll(
      () => instance.db.query("SELECT agent, mode FROM verifier_instance WHERE agent = 'our-gateway/1.0.0'"),
      {
        timeout: 10_000,
      },
    )
    .toEqual([{ agent: "our-gateway/1.0.0", mode: "strict" }]);
});

test("what an envelope lacks is named all at once", async () => {
  const { status, body } = await send({ lost: -1 });
  expect(status).toBe(400);
  for (const name of ["instance", "lost", "reports"]) expect(body.error_description).toContain(`${name}: `);
});
