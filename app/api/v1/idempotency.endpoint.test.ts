import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { systemContext } from "#lib/context.ts";
import { uuidv7 } from "#lib/ids.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
let key: string;

beforeAll(async () => {
  console = await startTestConsole();
});
afterAll(() => console.end());
beforeEach(() => {
  key = randomUUID();
});

type Sent = { path?: string; body?: object; under?: string; as?: "owner" | "governor"; method?: string };

const send = ({ path = "/api/v1/groups", body, under = key, as = "owner", method = "POST" }: Sent) =>
  console.send({
    method,
    path,
    role: as,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { "idempotency-key": under },
  });

const count = async (sql: string) => Number((await console.db.query<{ n: bigint }>(sql))[0]?.n);
const groups = () => count("SELECT count(*) AS n FROM user_group");
const entries = () => count("SELECT count(*) AS n FROM audit_entry");
const named = () => ({ name: `Group ${randomUUID()}` });

describe("under an idempotency key", () => {
  test("the same request is done once, on record once, and answered as the first time", async () => {
    const body = named();
    const before = [await groups(), await entries()];
    const first = await send({ body });
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    const text = await first.text();
    const again = await send({ body, under: `"${key}"` });
    expect(again.status).toBe(201);
    expect(await again.text()).toBe(text);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    for (const name of ["location", "etag", "content-type"])
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect([await groups(), await entries()]).toEqual(before.map((n) => n + 1));
  });

  test("twenty at once are done once: the others are told that it runs, or are answered as it was", async () => {
    const body = named();
    const before = await groups();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send({ body })));
    expect(await groups()).toBe(before + 1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(await Promise.all(done.map((one) => one.text()))).size).toBe(1);
    for (const other of answers.filter(({ status }) => status !== 201)) {
      expect(other.status).toBe(409);
      expect(other.headers.get("retry-after")).toBe("1");
      expect(await other.json()).toMatchObject({ code: "IDEMPOTENCY_KEY_RUNNING" });
    }
  });

  test.each([
    ["another body", "/api/v1/groups", { name: "Another" }],
    ["another path", "/api/v1/plans", null],
  ])("a request with %s is refused and not done", async (_what, path, other) => {
    const body = named();
    expect((await send({ body })).status).toBe(201);
    const before = await groups();
    const plan = { verb: "suspend", target: { kind: "everything", id: "everything" } };
    const answer = await send({ path, body: other ?? plan });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await groups()).toBe(before);
  });

  test("each actor has keys of their own", async () => {
    expect((await send({ body: named() })).status).toBe(201);
    expect((await send({ body: named(), as: "governor" })).status).toBe(201);
  });

  test("a refused request gives its key back", async () => {
    const body = named();
    expect((await send({ body: { name: "" } })).status).toBe(400);
    await console.db.query("UPDATE user_group SET name = name");
    expect((await send({ body })).status).toBe(201);
    const taken = randomUUID();
    expect((await send({ body, under: taken })).status).toBe(409);
    expect((await send({ body: named(), under: taken })).status).toBe(201);
  });

  test("an answer with a secret is not kept: a repeat has the rest of it and makes nothing", async () => {
    const body = { name: "Scanner once", action: "suspend", hours: 1 };
    const path = "/api/v1/scanners";
    const first = await send({ path, body });
    expect(first.status).toBe(201);
    const { secret, scanner } = (await first.json()) as { secret: string; scanner: { id: string } };
    const again = await send({ path, body });
    expect(again.status).toBe(409);
    expect(again.headers.get("location")).toBe(`/api/v1/scanners/${scanner.id}`);
    const problem = await again.json();
    expect(problem).toMatchObject({ code: "SHOWN_ONCE", answer: { scanner: { id: scanner.id } } });
    expect(JSON.stringify(problem)).not.toContain(secret);
    const kept = await console.db.query<{ answer: string }>("SELECT answer FROM idempotency_key");
    expect(kept.some(({ answer }) => answer?.includes(secret))).toBe(false);
  });

  test.each(["", " ", "a b", 'a"b', "é", "x".repeat(256), "a\\b"])(
    "%j is refused as a key",
    async (under) => {
      const answer = await console
        .send({
          method: "POST",
          path: "/api/v1/groups",
          role: "owner",
          body: JSON.stringify(named()),
          headers: { "idempotency-key": under },
        })
        .catch(() => null);
      // what no header can hold is refused before it is sent
      if (answer === null) return;
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ errors: [{ path: "Idempotency-Key" }] });
    },
  );

  test("a caller whose role was taken away is not told what they did before", async () => {
    const adminId = uuidv7(new Date());
    await console.db.query(
      `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
       VALUES ($1::uuid, 'gone@example.com', 'Gone', 'owner', 'x', '\\x00', now())`,
      [adminId],
    );
    const { token, id } = await createApiToken(systemContext(console.db, "test"), {
      name: "t",
      role: "owner",
    });
    await console.db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [
      id,
      adminId,
    ]);
    const body = JSON.stringify(named());
    const headers = { "idempotency-key": key, authorization: `Bearer ${token}` };
    const again = () => console.send({ method: "POST", path: "/api/v1/groups", role: null, body, headers });
    expect((await again()).status).toBe(201);
    await console.db.query("UPDATE admin SET role = 'auditor' WHERE id = $1::uuid", [adminId]);
    expect((await again()).status).toBe(403);
    await console.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [adminId]);
    expect((await again()).status).toBe(401);
    await console.db.query("UPDATE admin SET disabled_at = NULL, role = 'owner' WHERE id = $1::uuid", [
      adminId,
    ]);
    // a plan is asked for by the route's permission, which a governor has, and by its target's, which they have not
    const plan = JSON.stringify({ verb: "suspend", target: { kind: "everything", id: "*" } });
    const own = { ...headers, "idempotency-key": randomUUID() };
    const planned = () =>
      console.send({ method: "POST", path: "/api/v1/plans", role: null, body: plan, headers: own });
    const first = await planned();
    expect(first.status).toBe(201);
    const { id: planId } = (await first.json()) as { id: string };
    expect((await planned()).headers.get("idempotency-replayed")).toBe("true");
    await console.db.query("UPDATE admin SET role = 'governor' WHERE id = $1::uuid", [adminId]);
    const refused = await planned();
    expect(refused.status).toBe(403);
    const problem = await refused.text();
    expect(problem).toContain("FORBIDDEN");
    expect(problem).not.toContain(planId);
  });
});
