import { describe, expect, test } from "vitest";
import { allRoutes } from "./_definitions.ts";
import { approvalsFixture, ONE, WHY } from "./test-approvals.ts";

const world = approvalsFixture();
const { first, person, send, get, approve, turnOn } = world;

describe("a file is fetched by who asked for it", () => {
  test("an export is fetched by who asked", async () => {
    await turnOn(["exports"]);
    const given = { body: { list: "orders", format: "csv" } };
    const EXPORTS = ["POST", "/api/v1/exports"] as const;
    const asked = await send(world.one, EXPORTS, { ...given, headers: WHY });
    expect((await get(world.two, String(asked.body.id))).shown.sentences[0]).toMatch(
      /^The list Orders leaves as a file: \d+ rows? on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, when it was asked for, with /,
    );
    await approve(world.two, String(asked.body.id));
    const ran = await send(world.one, ["POST", `${ONE}/run`], { segments: { id: String(asked.body.id) } });
    expect(ran.body).toMatchObject({ result: { id: expect.any(String) } });
  });

  test("an export that has grown far beyond what was shown is refused; one that grew a little leaves", async () => {
    await turnOn(["exports"]);
    const EXPORTS = ["POST", "/api/v1/exports"] as const;
    const given = { body: { list: "groups", format: "csv" } };
    const grow = (rows: number) =>
      world.db.query(
        "INSERT INTO user_group (id, name, created_at) SELECT gen_random_uuid(), 'Grown ' || gen_random_uuid(), now() FROM generate_series(1, $1::int)",
        [rows],
      );
    const count = async () =>
      Number((await world.db.query<{ n: number }>("SELECT count(*)::int AS n FROM user_group"))[0]?.n);
    const shown = await count();
    const asked = await send(world.one, EXPORTS, { ...given, headers: WHY });
    const id = String(asked.body.id);
    expect((await get(world.two, id)).shown.sentences[1]).toBe(
      `It may have grown to ${shown + 100} rows when it is fetched. What is more than that does not leave.`,
    );
    await grow(101);
    const why = `It would be ${shown + 101} rows instead of ${shown}.`;
    expect((await send(world.two, ["POST", `${ONE}/check`], { segments: { id } })).body).toMatchObject({
      isStale: true,
      changed: [why],
    });
    await approve(world.two, id);
    expect(await send(world.one, EXPORTS, given)).toMatchObject({
      status: 409,
      body: { code: "APPROVAL_STALE", errors: [{ message: why }] },
    });
    expect(await get(world.one, id)).toMatchObject({ state: "stale", changed: [why] });
    const again = await send(world.one, EXPORTS, { ...given, headers: WHY });
    await approve(world.two, String(again.body.id));
    await grow(100);
    const ran = await send(world.one, EXPORTS, given);
    expect(ran, JSON.stringify(ran.body)).toMatchObject({ status: 201, body: { rowsMax: shown + 201 } });
    await turnOn([]);
    const free = await send(world.two, EXPORTS, given);
    expect(free).toMatchObject({ status: 201, body: { rowsMax: null } });
  });

  test("the evidence of a case is fetched by who asked, once it was approved; its acts are those that were shown", async () => {
    await turnOn(["exports"]);
    const number = first("incidents");
    const given = { body: { format: "json" }, segments: { number } };
    const EVIDENCE = ["POST", "/api/v1/incidents/{number}/evidence"] as const;
    expect((await send(world.one, EVIDENCE, given)).body).toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "exports",
    });
    const asked = await send(world.one, EVIDENCE, { ...given, headers: WHY });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const files = () => world.db.query("SELECT id FROM evidence_file");
    expect(await files(), "it was tried out and taken back").toEqual([]);
    const { shown, summary } = await get(world.two, String(asked.body.id));
    expect(summary).toBe(`Export the evidence of case ${number}: Token in a log`);
    expect(shown.sentences[0]).toMatch(/leaves as JSON, as of when it is fetched: 2 tokens of 1 person/);
    expect(shown.acts.map(({ act }) => act)).toEqual(["incident.evidence_released"]);
    await approve(world.two, String(asked.body.id));
    const ran = await send(world.one, EVIDENCE, given);
    expect(ran, JSON.stringify(ran.body)).toMatchObject({ status: 201 });
    const segments = { number, id: String(ran.body.id) };
    const FILE = ["GET", "/api/v1/incidents/{number}/evidence/{id}"] as const;
    expect(await send(world.two, FILE, { segments }), "not by who approved").toMatchObject({ status: 404 });
    expect(await send(world.one, FILE, { segments })).toMatchObject({
      status: 200,
      body: { format: "tokenwarden-evidence/4" },
    });
    expect(await send(world.one, FILE, { segments })).toMatchObject({ status: 410 });
    expect((await send(world.one, EVIDENCE, given)).body, "the next one waits again").toMatchObject({
      code: "APPROVAL_REQUIRED",
    });
  });

  test("the evidence of a case that has grown since it was approved, or let out, does not leave", async () => {
    await turnOn(["exports"]);
    const number = first("incidents");
    const given = { body: { format: "json" }, segments: { number } };
    const EVIDENCE = ["POST", "/api/v1/incidents/{number}/evidence"] as const;
    const grow = async (kind: string, id: string) => {
      const body = { subjects: [{ kind, id }] };
      const put = await send(world.one, ["POST", "/api/v1/incidents/{number}/subjects"], {
        body,
        segments: { number },
      });
      expect(put, JSON.stringify(put.body)).toMatchObject({ status: 200 });
    };
    const asked = await send(world.one, EVIDENCE, { ...given, headers: WHY });
    await approve(world.two, String(asked.body.id));
    await grow("client", first("clients"));
    const late = await send(world.one, EVIDENCE, given);
    expect(late, JSON.stringify(late.body)).toMatchObject({ status: 409, body: { code: "APPROVAL_STALE" } });
    const again = await send(world.one, EVIDENCE, { ...given, headers: WHY });
    await approve(world.two, String(again.body.id));
    const ran = await send(world.one, EVIDENCE, given);
    expect(ran, JSON.stringify(ran.body)).toMatchObject({ status: 201 });
    await grow("user", first("users"));
    const segments = { number, id: String(ran.body.id) };
    expect(
      await send(world.one, ["GET", "/api/v1/incidents/{number}/evidence/{id}"], { segments }),
    ).toMatchObject({ status: 410 });
  });

  test("the evidence of a case for an API token without the unattended right waits for a person", async () => {
    const made = await send(world.one, ["POST", "/api/v1/api-tokens"], {
      body: { name: `ci ${crypto.randomUUID()}`, role: "auditor" },
    });
    const ci = { bearer: String(made.body.token) };
    const given = { body: {}, segments: { number: first("incidents") } };
    const asked = await send(ci, ["POST", "/api/v1/incidents/{number}/evidence"], given);
    expect(asked, JSON.stringify(asked.body)).toMatchObject({ status: 202, body: { kinds: ["unattended"] } });
    await approve(world.two, String(asked.body.id));
    const ran = await send(ci, ["POST", "/api/v1/incidents/{number}/evidence"], given);
    expect(ran, JSON.stringify(ran.body)).toMatchObject({ status: 201, body: { format: "html" } });
  });
});

test.each([
  ["token-uses", "at=within:24h&outcome=allowed&outcome=issued", "Outcome is Issued, Allowed"],
  ["audit-entries", "at=within:24h", null],
  ["refused-counts", "at=within:24h", null],
] as const)(
  "an export of %s says how many rows leave, over which time and by which filter",
  async (list, query, filter) => {
    await turnOn(["exports"]);
    const given = { body: { list, format: "csv", query }, headers: WHY };
    const asked = await send(world.one, ["POST", "/api/v1/exports"], given);
    expect(asked.body.summary).toMatch(/^Export [\d,]+ rows? of .* as CSV, filtered$/);
    const { sentences } = (await get(world.two, String(asked.body.id))).shown;
    expect(sentences[0]).toMatch(/ leaves as a file: [\d,]+ rows? on /);
    expect(sentences.join(" ")).toMatch(
      / in the last 24 hours, counted from when the file is made: since \d{4}-/,
    );
    if (filter !== null) expect(sentences.join(" ")).toContain(filter);
    expect(sentences.join(" ")).not.toContain("=");
  },
);

test("a rotation is not offered to be asked for again while another is under way, nor asked", async () => {
  await turnOn(["keys"]);
  const given = { body: { purpose: "id_token", reason: "policy", note: "" }, headers: WHY };
  const KEYS = ["POST", "/api/v1/keys"] as const;
  const one = await send(world.one, KEYS, given);
  const segments = { id: String(one.body.id) };
  const third = await person("owner");
  expect((await approve(third, String((await send(world.two, KEYS, given)).body.id))).status).toBe(200);
  expect((await approve(world.two, segments.id)).body).toMatchObject({ code: "APPROVAL_STALE" });
  const looked = await send(world.one, ["POST", `${ONE}/check`], { segments });
  expect(looked.body, JSON.stringify(looked.body)).toMatchObject({
    isStale: true,
    endCause: "changed",
    again: { isPossible: false, why: expect.stringContaining("a rotation is under way") },
  });
  expect((await send(world.one, ["POST", `${ONE}/ask-again`], { segments })).status).toBe(409);
});

test("an act whose answer holds a secret is never done by who approves", () => {
  const SECRETS = /"(token|secret|link|recoveryCodes)"/;
  const wrong = allRoutes()
    .filter(({ spec }) => spec.stepUp !== undefined && spec.permission !== "signed-in")
    .filter(
      ({ spec }) =>
        "shape" in spec.response && SECRETS.test(JSON.stringify(Object.keys(spec.response.shape as object))),
    )
    .filter(({ spec }) => spec.runBy !== "requester")
    .map(({ spec }) => `${spec.method} ${spec.path}`);
  expect(wrong).toEqual([]);
});
