import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestAuthority, type TestAuthority } from "#app/_lib/test-authority.ts";
import type { Role } from "#lib/authz/roles.ts";
import { uuidv7 } from "#lib/ids.ts";
import { canonicalJson, type EvidencePack } from "#lib/incidents/evidence.ts";
import { purgeEvidenceFiles } from "#lib/incidents/evidence-file.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";
import { apiDocument, operationsOf } from "./test-operations.ts";

const HOSTILE = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>`;

const EVIDENCE = "/api/v1/incidents/{number}/evidence";
const FILE = `${EVIDENCE}/{id}`;

let console: TestConsole;
let authority: TestAuthority;

beforeAll(async () => {
  console = await startTestConsole();
  authority = await startTestAuthority(process.env.DATABASE_URL as string);
}, 60_000);
afterAll(async () => {
  await authority.stop();
  await console.end();
});

async function ask<Body = Record<string, unknown>>(
  method: "GET" | "POST" | "PUT" | "PATCH",
  path: string,
  {
    body,
    role = "responder",
    segments = {},
  }: { body?: object; role?: Role; segments?: Record<string, string> } = {},
): Promise<{ status: number; body: Body }> {
  const response = await console.send({
    method,
    path,
    role,
    segments,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** An opaque token that is out there, with the verifier that asks for it. */
async function leak() {
  const tag = randomUUID().slice(0, 8);
  const made = async (path: string, body: object) =>
    (await ask<{ id: string }>("POST", path, { body, role: "owner" })).body;
  const audience = await made("/api/v1/audiences", {
    name: `api-${tag}`,
    title: `API ${tag}`,
    resourceUri: `https://api-${tag}.example.com/`,
    permissions: [],
  });
  const { secret } = (await made("/api/v1/verifiers", {
    name: `gate-${tag}`,
    audienceIds: [audience.id],
  })) as unknown as {
    secret: string;
  };
  const fixture = fixtureOf(console.db);
  const issuedAt = new Date();
  const id = uuidv7(issuedAt);
  const value = makeOpaque("twa_", id);
  const clientId = await fixture.client(`app-${tag}`);
  await fixture.token({
    id,
    issuedAt,
    clientId,
    format: "opaque",
    audiences: [`api-${tag}`],
    valueHash: createHash("sha256").update(value).digest(),
  });
  const verify = () =>
    fetch(`${authority.url}/verify`, {
      headers: {
        authorization: `Bearer ${value}`,
        "x-tokenwarden-verifier": secret,
        "x-original-method": "GET",
        "x-original-uri": "/invoices",
        "user-agent": HOSTILE,
      },
    });
  return { id, value, clientId, verify };
}

async function untilStatus(send: () => Promise<Response>, status: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const response = await send();
    if (response.status === status) return;
    if (Date.now() > deadline) throw new Error(`still ${response.status}, not ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function openCase(
  tokenIds: string[],
  title = "Token in a gist",
): Promise<{ number: string; version: number }> {
  const { status, body } = await ask<{ number: number; version: number }>("POST", "/api/v1/incidents", {
    body: { title, tokenIds },
  });
  expect(status).toBe(201);
  return { number: String(body.number), version: body.version };
}

/** Lets a pack out and fetches it. */
async function fetchPack(number: string, format: "html" | "json", role: Role = "auditor"): Promise<Response> {
  const released = await ask<{ id: string }>("POST", EVIDENCE, {
    body: { format },
    role,
    segments: { number },
  });
  expect(released.status, JSON.stringify(released.body)).toBe(201);
  return console.send({ method: "GET", path: FILE, role, segments: { number, id: released.body.id } });
}

const packAsJson = async (number: string) => (await (await fetchPack(number, "json")).json()) as EvidencePack;

test("a case contains what leaked: the authority refuses it, and the pack holds the attempts, who did what, and no value", async () => {
  const { id, value, verify } = await leak();
  await untilStatus(verify, 200);
  const hash = createHash("sha256").update(value).digest("hex");
  const found = await ask<{ values: unknown[] }>("POST", "/api/v1/leak-desk", {
    body: { values: [{ hash }] },
  });
  expect(found.body.values).toMatchObject([{ is: "live", token: { id } }]);
  const { number } = await openCase([id], HOSTILE);
  const segments = { number };
  const plan = await ask("POST", "/api/v1/plans", {
    body: { verb: "revoke", target: { kind: "token", id } },
  });
  const placed = await ask("POST", "/api/v1/incidents/{number}/orders", {
    segments,
    body: { planId: plan.body.id, reason: "token_leaked", note: "Gist 4f2a" },
  });
  expect(placed).toMatchObject({ status: 201, body: { wasPlaced: true } });
  await untilStatus(verify, 401);
  expect((await ask("GET", "/api/v1/incidents/{number}", { segments })).body).toMatchObject({
    state: "contained",
  });
  await expect
    .poll(async () => {
      const { body } = await ask<{ counts: Record<string, { uses: number; refused: number }> }>(
        "GET",
        "/api/v1/incidents/{number}/uses",
        { segments },
      );
      return body.counts.refused_after?.refused;
    })
    .toBeGreaterThan(0);

  const file = await fetchPack(number, "html");
  expect(file.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(file.headers.get("content-disposition")).toMatch(/^attachment/);
  const html = await file.text();
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img src=x");
  expect(html.match(/<script/g), "no script but the data").toHaveLength(1);
  for (const secret of [value, hash]) expect(html).not.toContain(secret);
  const json = /<script type="application\/json" id="evidence">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  const pack = JSON.parse(json) as EvidencePack;
  expect(pack.tokens.rows).toMatchObject([{ id, state: "revoked" }]);
  expect(pack.orders).toMatchObject([{ verb: "revoke", note: "Gist 4f2a", actor: { name: "responder" } }]);
  expect(pack.uses.rows.filter(({ phase }) => phase === "refused_after")[0]).toMatchObject({
    refusal: "revoked",
    path: "/invoices",
  });
  expect(pack.acts.map(({ act }) => act)).toEqual(
    expect.arrayContaining([
      "incident.opened",
      "token.revoked",
      "incident.order_placed",
      "incident.contained",
    ]),
  );
  expect(pack.truncated).toEqual([]);
  for (const { sha256, ...record } of [pack.incident, ...pack.orders, ...pack.uses.rows, ...pack.acts])
    expect(createHash("sha256").update(canonicalJson(record)).digest("hex")).toBe(sha256);
  const { integrity, ...stated } = pack;
  expect(createHash("sha256").update(canonicalJson(stated)).digest("hex")).toBe(integrity.sha256);
  const [exported] = await console.db.query<{ after: { sha256: string } }>(
    "SELECT after FROM audit_entry WHERE act = 'incident.evidence_exported' ORDER BY sequence DESC LIMIT 1",
  );
  expect(exported?.after.sha256).toBe(pack.integrity.sha256);
});

test("evidence leaves with those who may export, by an act, to who asked for it, once; asking what there would be exports nothing", async () => {
  const { id } = await leak();
  const segments = { number: (await openCase([id])).number };
  const acts = async () =>
    (
      await console.db.query<{ act: string }>(
        "SELECT act FROM audit_entry WHERE act LIKE 'incident.evidence%' ORDER BY sequence DESC",
      )
    ).map(({ act }) => act);
  const before = (await acts()).length;
  expect((await ask("POST", EVIDENCE, { body: {}, role: "governor", segments })).status).toBe(403);
  const foreign = { body: {}, role: "auditor" as const, segments: { number: "999999" } };
  expect((await ask("POST", EVIDENCE, foreign)).status).toBe(404);
  expect(await acts()).toHaveLength(before);

  const released = await ask<{ id: string }>("POST", EVIDENCE, {
    body: { format: "json" },
    role: "auditor",
    segments,
  });
  const file = { method: "GET", path: FILE, segments: { ...segments, id: released.body.id } };
  expect((await console.send({ ...file, role: "auditor", asHead: true })).status).toBe(200);
  expect((await console.send({ ...file, role: "owner" })).status, "another's").toBe(404);
  const other = { number: (await openCase([id], "Another")).number, id: released.body.id };
  expect((await console.send({ ...file, segments: other, role: "auditor" })).status, "of another case").toBe(
    404,
  );
  const both = await Promise.all([1, 2].map(() => console.send({ ...file, role: "auditor" })));
  expect(both.map(({ status }) => status).sort(), "once, at once too").toEqual([200, 410]);
  const pack = (await both.find(({ status }) => status === 200)?.json()) as EvidencePack;
  expect(pack.format).toBe("tokenwarden-evidence/4");
  expect(pack.acts.map(({ act }) => act)).toContain("incident.evidence_released");
  expect((await acts()).slice(0, 2)).toEqual(["incident.evidence_exported", "incident.evidence_released"]);
  expect(await acts()).toHaveLength(before + 2);

  const late = await ask<{ id: string }>("POST", EVIDENCE, { body: {}, role: "auditor", segments });
  await console.db.query(
    "UPDATE evidence_file SET created_at = created_at - interval '61 seconds' WHERE id = $1::uuid",
    [late.body.id],
  );
  const tooLate = { ...file, segments: { ...segments, id: late.body.id }, role: "auditor" as const };
  expect((await console.send(tooLate)).status, "a minute later").toBe(410);
  expect(await acts()).toHaveLength(before + 3);

  const keyed = { ...file, method: "POST", path: EVIDENCE, segments, role: "auditor" as const, body: "{}" };
  const twice = [1, 2].map(() => console.send({ ...keyed, headers: { "idempotency-key": `pack-${id}` } }));
  const idsOf = await Promise.all((await Promise.all(twice)).map((one) => one.json()));
  const made = idsOf.flatMap((one) => (one as { id?: string }).id ?? []);
  expect(new Set(made).size, "under one key one, at once too").toBe(1);
  expect(await acts()).toHaveLength(before + 4);

  const tomorrow = new Date(Date.now() + 25 * 3_600_000);
  expect(await purgeEvidenceFiles(console.db, tomorrow)).toBeGreaterThanOrEqual(3);
  expect(await console.db.query("SELECT id FROM evidence_file")).toEqual([]);
});

test("no part of a case is read unseen: each of them by itself is a look on record, once", async () => {
  const { id } = await leak();
  const parts = operationsOf(apiDocument()).flatMap(({ method, path }) =>
    method === "GET" && /^\/api\/v1\/incidents\/\{number\}\/[a-z-]+$/.test(path) ? path : [],
  );
  expect(parts).toHaveLength(8);
  for (const path of parts) {
    const segments = { number: (await openCase([id])).number };
    expect((await ask("GET", path, { role: "auditor", segments })).status, path).toBe(200);
    expect((await ask("GET", path, { role: "auditor", segments })).status, path).toBe(200);
    const looks = await console.db.query<{ by: string }>(
      `SELECT e.actor_name AS by FROM audit_entry e JOIN incident i ON e.target_id = i.id::text
       WHERE e.act = 'incident.viewed' AND i.number = $1::int`,
      [Number(segments.number)],
    );
    expect(looks, path).toEqual([{ by: "auditor" }]);
  }
});

test("two responders at once: the second gets 409 with what changed and by whom; notes of both stay", async () => {
  const { id } = await leak();
  const { number, version } = await openCase([id]);
  const segments = { number, step: "reissue" };
  const tick = { body: { version, isDone: true, what: "Secret rotated" }, segments };
  expect((await ask("PUT", "/api/v1/incidents/{number}/steps/{step}", tick)).status).toBe(200);
  const late = await ask("PATCH", "/api/v1/incidents/{number}", {
    role: "owner",
    segments,
    body: { version, severity: "critical" },
  });
  expect(late).toMatchObject({
    status: 409,
    body: { code: "STALE_VERSION", errors: [{ path: "version" }, { path: "reissue" }] },
  });
  expect(late.body.detail).toContain("by responder");
  for (const role of ["owner", "responder"] as const)
    expect(
      (
        await ask("POST", "/api/v1/incidents/{number}/notes", {
          role,
          segments,
          body: { step: "audit", text: `Seen by ${role}` },
        })
      ).status,
    ).toBe(201);
  const { body } = await ask<{ notes: { text: string }[]; severity: string }>(
    "GET",
    "/api/v1/incidents/{number}",
    { segments },
  );
  expect(body.notes.map(({ text }) => text)).toEqual(["Seen by owner", "Seen by responder"]);
  expect(body.severity).toBe("high");
});

test("a client of a case gets its new secret in the case, and the orders of before it are among its own", async () => {
  const { id, clientId } = await leak();
  const plan = await ask("POST", "/api/v1/plans", {
    body: { verb: "revoke", target: { kind: "token", id } },
  });
  const body = { planId: plan.body.id, reason: "token_leaked", note: "Gist" };
  const before = await ask<{ order: { id: string } }>("POST", "/api/v1/orders", { body });
  expect(before.status).toBe(201);
  const { number } = await openCase([id]);
  const { rows } = (
    await ask<{ rows: object[] }>("GET", "/api/v1/incidents/{number}/orders", { segments: { number } })
  ).body;
  expect(rows).toMatchObject([{ id: before.body.order.id, isOfCase: false }]);
  const path = "/api/v1/incidents/{number}/clients/{id}/rotate-secret";
  const given = { segments: { number, id: clientId }, body: { overlapSeconds: 0 } };
  expect((await ask("POST", path, { ...given, role: "responder" })).status).toBe(403);
  const made = await ask<{ secret: string }>("POST", path, { ...given, role: "governor" });
  expect(made).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^twc_/) } });
  const pack = await packAsJson(number);
  expect(pack.acts.map(({ act }) => act)).toContain("incident.secret_reissued");
  expect(JSON.stringify(pack)).not.toContain(made.body.secret);
});

test("a case is refused a token's value in its note, more than it takes at once, and a number that is none", async () => {
  const { id, value } = await leak();
  const { number } = await openCase([id]);
  const note = await ask("POST", "/api/v1/incidents/{number}/notes", {
    segments: { number },
    body: { step: "audit", text: `It was ${value}` },
  });
  expect(note).toMatchObject({ status: 400, body: { code: "INVALID_INPUT" } });
  expect(JSON.stringify(note.body)).not.toContain(value);
  const many = Array.from({ length: 5_001 }, () => randomUUID());
  expect(
    (await ask("POST", "/api/v1/incidents", { body: { title: "Too many", tokenIds: many } })).status,
  ).toBe(400);
  const values = Array.from({ length: 1_001 }, () => ({ id: randomUUID() }));
  expect((await ask("POST", "/api/v1/leak-desk", { body: { values } })).status).toBe(400);
  for (const bad of ["0", "-1", "1e3", "x", "99999999999999999999"])
    expect((await ask("GET", "/api/v1/incidents/{number}", { segments: { number: bad } })).status).toBe(400);
});
