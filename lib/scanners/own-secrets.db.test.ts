import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { ROLES, roleHas } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { evidenceHtml } from "../incidents/evidence-html.ts";
import { getBlastRadius } from "../incidents/get-blast-radius.ts";
import { getIncident } from "../incidents/get-incident.ts";
import { identifyValues } from "../incidents/identify-values.ts";
import { readIncident } from "../incidents/incident-row.ts";
import { listIncidents } from "../incidents/list-incidents.ts";
import { noteContainmentOfAll } from "../incidents/note-containment.ts";
import { takePack } from "../incidents/test-pack.ts";
import { updateIncident } from "../incidents/update-incident.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { storeSecret } from "../secrets/owned-secrets.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { rotateVerifierSecret } from "../verifiers/rotate-verifier-secret.ts";
import { listReportsOfIncident } from "./list-leak-reports.ts";
import type { ScannerAction } from "./model.ts";
import { openCaseOfReport } from "./open-case-of-report.ts";
import { ownersSeenBy } from "./owners-seen.ts";
import { receiveLeakReport } from "./receive-leak-report.ts";

let url: string;
let db: Database;
let owner: Context;
let fixture: ReturnType<typeof planFixtureOf>;
const now = (): Context => ({ ...owner, now: new Date() });

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
  owner = fixture.as("owner");
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, 'o@example.com', 'O', 'owner', 'x', now())`,
    [uuidv7(new Date())],
  );
});
afterAll(() => db.end());

const made =
  (table: "scanner" | "verifier") =>
  async (action: ScannerAction = "case") => {
    const id = randomUUID();
    await db.query(
      table === "scanner"
        ? `INSERT INTO scanner (id, name, action, hours, created_at, updated_at) VALUES ($1::uuid, $1::text, $2::text, CASE WHEN $2::text = 'suspend' THEN 1 END, now(), now())`
        : "INSERT INTO verifier (id, name, created_at, updated_at) SELECT $1::uuid, $1::text, now(), now() WHERE $2::text <> ''",
      [id, action],
    );
    return id;
  };
const addScanner = made("scanner");
const addVerifier = made("verifier");
const addSecret = async (kind: "scanner" | "verifier", ownerId: string) =>
  (await db.transaction((tx) => storeSecret(tx, now(), { owner: kind, ownerId }))).value;
const rotate = async (verifierId: string, overlapSeconds: number) =>
  (await rotateVerifierSecret(now(), { verifierId, overlapSeconds })).secret;
const works = async (table: "scanner_secret" | "verifier_secret", value: string) =>
  (
    await db.query(
      `SELECT FROM ${table} WHERE secret_hash = $1::bytea AND (expires_at IS NULL OR expires_at > now())`,
      [createHash("sha256").update(value).digest()],
    )
  ).length === 1;
const apiToken = () =>
  createApiToken(systemContext(db, "test", new Date()), { name: `deploy ${randomUUID()}`, role: "governor" });
const opens = async (value: string) => {
  const found = await findApiToken(db, { value, ip: null, now: new Date() });
  return found !== null && found.refusal === null;
};

/** Sends values as a scanner. @returns the report that came of it, by the case that it is in. */
async function report(
  action: ScannerAction,
  values: readonly string[],
  { scannerId, jti = null }: { scannerId?: string; jti?: string | null } = {},
) {
  const id = scannerId ?? (await addScanner(action));
  const ctx: Context = { ...now(), actor: { kind: "system", id, name: `scanner ${id}` } };
  const received = await receiveLeakReport(
    ctx,
    id,
    values.map((value) => ({
      hash: createHash("sha256").update(value).digest(),
      jti: value.startsWith("ey") ? jti : null,
      type: "secret",
      url: null,
      source: null,
    })),
  );
  while (await openCaseOfReport(db)) {}
  const [row] = await db.query<{ number: number | null }>(
    "SELECT i.number FROM leak_report r LEFT JOIN incident i ON i.id = r.incident_id WHERE r.scanner_id = $1::uuid ORDER BY r.received_at DESC, r.id DESC LIMIT 1",
    [id],
  );
  const number = row?.number ?? null;
  const findings =
    number === null
      ? []
      : ((await listReportsOfIncident(now(), number)).find(({ scanner }) => scanner.id === id)?.findings ??
        []);
  return { scannerId: id, known: received.known, number: number as number, findings };
}

/** As a version left the reports of a case to which a finding did not say which of its owner's secrets it was. */
async function forgetWhich(number: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `UPDATE leak_finding SET secret_id = NULL, secret_hint = NULL
     WHERE report_id IN (SELECT r.id FROM leak_report r JOIN incident i ON i.id = r.incident_id WHERE i.number = $1::int)`,
    [number],
  );
  await client.end();
}

const told = async (id: string) =>
  (
    await db.query<{ text: string }>(
      "SELECT text FROM notification WHERE kind = 'own_secret_leaked' AND subject_id = $1::text ORDER BY id",
      [id],
    )
  ).map(({ text }) => text);
const actsBy = async (scannerId: string) =>
  (
    await db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE actor_id = $1::text ORDER BY sequence",
      [scannerId],
    )
  ).map(({ act }) => act);

describe("a secret of the product's own that a scanner reports", () => {
  test("is revoked at once where the policy says so: an API token opens nothing from the next request on; a case is opened and owners are told", async () => {
    const [{ id, token }, other] = [await apiToken(), await apiToken()];
    expect(await opens(token)).toBe(true);
    const { scannerId, known, number, findings } = await report("revoke", [token, "ghp_nothing of ours"]);
    expect(known).toBe(1);
    expect(findings).toMatchObject([{ kind: "api_token", ownerId: id, outcome: "revoked", orderId: null }]);
    expect(await opens(token)).toBe(false);
    expect(await opens(other.token)).toBe(true);
    expect(await readIncident(db, number)).toMatchObject({
      severity: "critical",
      state: "contained",
      title: expect.stringContaining("found the API token deploy"),
    });
    expect(await told(id)).toEqual([expect.stringContaining("ended at once")]);
    expect(await actsBy(scannerId)).toEqual([
      "scanner.leak_reported",
      "api_token.revoked",
      "incident.opened",
      "incident.leak_reported",
      "incident.contained",
    ]);
    const dump = JSON.stringify([
      await db.query("SELECT * FROM leak_finding"),
      await db.query("SELECT title, text FROM notification"),
      await db.query("SELECT before, after, note FROM audit_entry"),
    ]);
    expect(dump).not.toContain(token.slice(4));
  });

  test("is named beside what else was in the report", async () => {
    const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
    const { id: jti } = await fixture.tokens.token({ clientId });
    const secret = await addSecret("verifier", await addVerifier());
    const { number } = await report("case", [(await apiToken()).token, secret, "ey.one.of"], { jti });
    expect((await readIncident(db, number)).title).toMatch(
      / found 1 leaked token and 2 secrets of this product$/,
    );
  });

  test("is counted by itself, where a report has several of one verifier", async () => {
    const verifierId = await addVerifier();
    const both = [await addSecret("verifier", verifierId), await addSecret("verifier", verifierId)];
    const { number } = await report("case", [...both, both[0] as string]);
    const { title, ownSecretCount, steps } = await getIncident(now(), number);
    expect(title).toMatch(/ found 2 secrets of this product$/);
    expect(steps[0]?.what).toMatch(/^2 identified: a secret of the verifier/);
    expect(ownSecretCount).toBe(2);
  });

  test.each(["case", "suspend"] as const)(
    "is left to the case where the policy is %s, and owners are told that it works",
    async (action) => {
      const { id, token } = await apiToken();
      const { findings, scannerId } = await report(action, [token]);
      expect(findings).toMatchObject([{ kind: "api_token", outcome: "case" }]);
      expect(await opens(token)).toBe(true);
      expect(await told(id)).toEqual([expect.stringContaining("It works: end it now.")]);
      expect(await actsBy(scannerId)).not.toContain("api_token.revoked");
    },
  );

  test("of a verifier is ended where it has another, and the only one is left to a person", async () => {
    const verifierId = await addVerifier();
    const [leaked, kept] = [await addSecret("verifier", verifierId), await addSecret("verifier", verifierId)];
    const first = await report("revoke", [leaked]);
    expect(first.findings).toMatchObject([
      { kind: "verifier_secret", ownerId: verifierId, outcome: "revoked" },
    ]);
    expect(await actsBy(first.scannerId)).toContain("verifier.secret_revoked");
    expect([await works("verifier_secret", leaked), await works("verifier_secret", kept)]).toEqual([
      false,
      true,
    ]);
    const second = await report("revoke", [kept]);
    expect(second.findings).toMatchObject([{ kind: "verifier_secret", outcome: "case" }]);
    expect(second.number, "the open case about the same verifier").toBe(first.number);
    expect(await works("verifier_secret", kept)).toBe(true);
    expect(await told(verifierId)).toEqual([
      expect.stringContaining("ended at once"),
      expect.stringContaining("has no other that works as long"),
    ]);
  });

  test("of a verifier stays where all that work are in one report: the one that works the longest", async () => {
    const verifierId = await addVerifier();
    const [old, current] = [await addSecret("verifier", verifierId), await addSecret("verifier", verifierId)];
    await db.query(
      "UPDATE verifier_secret SET expires_at = now() + interval '1 hour', created_at = created_at + interval '1 minute' WHERE secret_hash = $1::bytea",
      [createHash("sha256").update(old).digest()],
    );
    const { findings, scannerId } = await report("revoke", [current, old]);
    expect(findings.map(({ outcome }) => outcome)).toEqual(["case", "revoked"]);
    expect([await works("verifier_secret", old), await works("verifier_secret", current)]).toEqual([
      false,
      true,
    ]);
    expect((await told(verifierId)).toSorted()).toEqual([
      expect.stringContaining("ended at once"),
      expect.stringContaining("no other that works as long"),
    ]);
    // what had ended already is none to go on with
    await report("revoke", [current, old], { scannerId });
    expect(await works("verifier_secret", current)).toBe(true);
  });

  test("of a verifier stays where two scanners report one each at once", async () => {
    const verifierId = await addVerifier();
    const secrets = [await addSecret("verifier", verifierId), await addSecret("verifier", verifierId)];
    const reports = await db.transaction(async (tx) => {
      await tx.query("SELECT FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
      const both = secrets.map((secret) => report("revoke", [secret]));
      // the second waits behind the first
      const queued = `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.relation = 'verifier'::regclass AND l.locktype = 'tuple' AND NOT l.granted`;
      await expect.poll(async () => (await db.query(queued)).length, { timeout: 5_000 }).toBe(1);
      return both;
    });
    const found = await Promise.all(reports);
    expect(found.flatMap(({ findings }) => findings.map(({ outcome }) => outcome)).toSorted()).toEqual([
      "case",
      "revoked",
    ]);
    const left = await Promise.all(secrets.map((secret) => works("verifier_secret", secret)));
    expect(left.toSorted()).toEqual([false, true]);
  });

  test("of a verifier that works longer than any other is left to a person, though an old one has seconds to live", async () => {
    const verifierId = await addVerifier();
    const old = await addSecret("verifier", verifierId);
    const current = await rotate(verifierId, 60);
    const first = await report("revoke", [current]);
    expect(first.findings).toMatchObject([{ outcome: "case" }]);
    expect(await told(verifierId)).toEqual([expect.stringContaining("no other that works as long")]);
    expect([await works("verifier_secret", old), await works("verifier_secret", current)]).toEqual([
      true,
      true,
    ]);
    expect((await report("revoke", [old])).findings, "the one with an end, never reported").toMatchObject([
      { outcome: "revoked" },
    ]);
  });

  test("of a verifier that was left to a person, who replaced it with an overlap, works until then, however often it is reported", async () => {
    const verifierId = await addVerifier();
    const leaked = await addSecret("verifier", verifierId);
    const { scannerId, number } = await report("revoke", [leaked]);
    const current = await rotate(verifierId, 3_600);
    await report("revoke", [leaked], { scannerId });
    expect(await works("verifier_secret", leaked), "the same report").toBe(true);
    expect(await told(verifierId), "is counted").toHaveLength(1);
    const elsewhere = await report("revoke", [leaked]);
    expect(elsewhere).toMatchObject({ number, findings: [{ outcome: "case" }] });
    expect(await works("verifier_secret", leaked), "another scanner's").toBe(true);
    const { ownSecrets } = await getIncident(now(), number);
    expect(ownSecrets).toMatchObject([{ works: true, until: expect.any(String) }]);
    expect((await told(verifierId))[1]).toMatch(
      /it works until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. End it sooner/,
    );
    expect((await packOf(number)).html).toContain('<span class="refused">works</span> until ');
    // nobody has taken the new one in hand
    await rotate(verifierId, 7_200);
    expect((await report("revoke", [current])).findings).toMatchObject([{ outcome: "revoked" }]);
    // nor an API token, which is no service's only secret
    const { token } = await apiToken();
    const spared = await report("case", [token]);
    await db.query(
      "UPDATE api_token SET expires_at = now() + interval '1 hour' WHERE token_hash = $1::bytea",
      [createHash("sha256").update(token).digest()],
    );
    await apiToken();
    await db.query("UPDATE scanner SET action = 'revoke' WHERE id = $1::uuid", [spared.scannerId]);
    await report("revoke", [token], { scannerId: spared.scannerId });
    expect(await opens(token)).toBe(false);
  });

  test("of a verifier that was left to a person by a report that did not keep which it was, and replaced with an overlap since, works until then", async () => {
    const verifierId = await addVerifier();
    const leaked = await addSecret("verifier", verifierId);
    const { number } = await report("revoke", [leaked]);
    await forgetWhich(number);
    const current = await rotate(verifierId, 3_600);
    expect(await report("revoke", [leaked])).toMatchObject({ number, findings: [{ outcome: "case" }] });
    expect(await works("verifier_secret", leaked)).toBe(true);
    await rotate(verifierId, 7_200);
    expect((await report("revoke", [current])).findings, "it was not there yet").toMatchObject([
      { outcome: "revoked" },
    ]);
  });

  test("of a scanner is ended, its own too", async () => {
    const scannerId = await addScanner("revoke");
    const own = await addSecret("scanner", scannerId);
    const { findings } = await report("revoke", [own], { scannerId });
    expect(findings).toMatchObject([{ kind: "scanner_secret", ownerId: scannerId, outcome: "revoked" }]);
    expect(await works("scanner_secret", own)).toBe(false);
  });

  test("that comes again is counted while its case is open, opens another where that is closed and it works, and is ended by a policy that became stricter", async () => {
    const { id, token } = await apiToken();
    const first = await report("case", [token]);
    expect((await report("case", [token], { scannerId: first.scannerId })).number).toBe(first.number);
    expect(await told(id)).toHaveLength(1);
    const { version } = await readIncident(db, first.number);
    await updateIncident(now(), { number: first.number, version, state: "closed" });
    const second = await report("case", [token], { scannerId: first.scannerId });
    expect(second.number).toBeGreaterThan(first.number);
    await db.query("UPDATE scanner SET action = 'revoke' WHERE id = $1::uuid", [first.scannerId]);
    expect((await report("revoke", [token], { scannerId: first.scannerId })).number).toBe(second.number);
    expect(await opens(token)).toBe(false);
    await report("revoke", [token], { scannerId: first.scannerId });
    expect(await told(id), "once for each that was answered").toHaveLength(3);
  });
});

/** How a case stands by its page and its list, and in its pack. */
async function stands(number: number) {
  const { state, worksAgain, steps } = await getIncident(now(), number);
  const query = { sort: { key: "opened", direction: "desc" }, pageSize: 100, cursor: null } as const;
  const { rows } = await listIncidents(now(), { ...query, filters: { state: [state] } });
  expect(
    rows.map((row) => row.number),
    "the list",
  ).toContain(number);
  const what = steps.find(({ step }) => step === "contain")?.what ?? null;
  return { state, worksAgain, what };
}

async function packOf(number: number) {
  const pack = await takePack(now(), number);
  return { ...pack.standing, html: evidenceHtml(pack) };
}

const serviceToken = async () =>
  (
    await fixture.tokens.token({
      clientId: await fixture.tokens.client(`app-${randomUUID()}`),
    })
  ).id;

describe("the case of a secret of the product's own", () => {
  test("stays open while the API token of a mixed report works, whatever was taken back beside it; is contained once it is revoked elsewhere", async () => {
    const { id, token } = await apiToken();
    const [made] = await db.query<{ name: string }>("SELECT name FROM api_token WHERE id = $1::uuid", [id]);
    const service = await serviceToken();
    const { number } = await report("revoke", [service]);
    expect((await readIncident(db, number)).ownSecretCount).toBe(0);
    expect((await stands(number)).state).toBe("contained");
    expect((await report("case", [service, token])).number, "the open case of the same token").toBe(number);
    const works = `${made?.name} (…${token.slice(-4)})`;
    expect(await stands(number)).toMatchObject({ state: "open", what: null });
    expect((await getIncident(now(), number)).ownSecretCount, "what a list says of it").toBe(1);
    expect(await readIncident(db, number)).toMatchObject({ state: "open", containedAt: null });
    const before = await packOf(number);
    expect(before).toMatchObject({ is: "works", ownSecrets: [`the API token ${works}`] });
    expect(before.html).toContain(`the API token ${works}: <span class="refused">works</span>`);
    expect(before.html).toContain('class="standing works"');
    expect(before.html).not.toContain(token);
    const { version } = await readIncident(db, number);
    await expect(updateIncident(now(), { number, version, state: "contained" })).rejects.toMatchObject({
      code: "CONFLICT",
    });

    await revokeApiToken(now(), { apiTokenId: id });
    expect((await stands(number)).state).toBe("contained");
    await noteContainmentOfAll(db);
    expect(await stands(number)).toEqual({
      state: "contained",
      worksAgain: null,
      what: "Nothing that leaked works any more.",
    });
    const after = await packOf(number);
    expect(after).toMatchObject({ is: "refused", ownSecrets: [] });
    expect(after.html).toContain(`the API token ${works}: does not work any more.`);
  });

  test("is about the very secret that leaked, and not about another of its verifier; a disabled verifier's is held, and works again with it", async () => {
    const verifierId = await addVerifier();
    const leaked = await addSecret("verifier", verifierId);
    await addSecret("verifier", verifierId);
    const { number } = await report("case", [leaked]);
    expect((await stands(number)).state).toBe("open");
    expect(await packOf(number)).toMatchObject({ is: "works", says: [expect.stringContaining("verifier")] });
    const disable = (at: string) =>
      db.query(`UPDATE verifier SET disabled_at = ${at} WHERE id = $1::uuid`, [verifierId]);
    await disable("now()");
    expect(await stands(number)).toEqual({ state: "held", worksAgain: null, what: null });
    await noteContainmentOfAll(db);
    const { state: written, doneSteps, version } = await readIncident(db, number);
    expect([written, doneSteps.includes("contain")], "nothing is ticked off").toEqual(["open", false]);
    await expect(updateIncident(now(), { number, version, state: "contained" })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("its owner is disabled"),
    });
    const held = await packOf(number);
    expect(held).toMatchObject({
      is: "held",
      ownSecrets: [],
      heldOwnSecrets: [expect.stringContaining("a secret of the verifier")],
      says: [
        expect.stringContaining("only while the verifier is disabled: it works again when that is enabled"),
      ],
    });
    expect(held.html).not.toContain("will not work again");
    expect(held.html).not.toContain("does not work any more");
    await disable("NULL");
    expect((await stands(number)).state).toBe("open");
    await db.query("DELETE FROM verifier_secret WHERE secret_hash = $1::bytea", [
      createHash("sha256").update(leaked).digest(),
    ]);
    expect((await stands(number)).state, "the other goes on").toBe("contained");
  });

  test("that is reported while its verifier is disabled is left to the case as what works again, and no policy counts it as ended", async () => {
    const verifierId = await addVerifier();
    const leaked = await addSecret("verifier", verifierId);
    await db.query("UPDATE verifier SET disabled_at = now() WHERE id = $1::uuid", [verifierId]);
    const { number, findings } = await report("case", [leaked]);
    expect(findings).toMatchObject([{ kind: "verifier_secret", outcome: "case" }]);
    expect(await told(verifierId)).toEqual([expect.stringContaining("works again when that ends: end it")]);
    expect((await stands(number)).state).toBe("held");
    expect((await getIncident(now(), number)).steps[0]).toMatchObject({
      step: "identify",
      what: expect.stringMatching(/^1 identified: a secret of the verifier/),
    });
    await addSecret("verifier", verifierId);
    expect((await report("revoke", [leaked])).findings).toMatchObject([{ outcome: "revoked" }]);
    expect(await works("verifier_secret", leaked)).toBe(false);
    expect((await stands(number)).state).toBe("contained");
  });

  test("is there once, where one report of the API token kept which it was and one from before did not", async () => {
    const { token } = await apiToken();
    const { number } = await report("case", [token]);
    await forgetWhich(number);
    expect((await getIncident(now(), number)).ownSecrets).toMatchObject([{ hint: null, works: true }]);
    expect((await report("case", [token])).number).toBe(number);
    const { ownSecrets, ownSecretCount } = await getIncident(now(), number);
    expect(ownSecrets).toMatchObject([{ hint: token.slice(-4), works: true, until: expect.any(String) }]);
    expect(ownSecretCount).toBe(1);
  });

  test("is held while whoever made the API token is disabled, a case that was contained too, and open again with them", async () => {
    const adminId = uuidv7(new Date());
    await db.query(
      `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, $1::text || '@example.com', 'M', 'owner', 'x', now())`,
      [adminId],
    );
    const { id, token } = await apiToken();
    await db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [id, adminId]);
    const disable = (at: string) =>
      db.query(`UPDATE admin SET disabled_at = ${at} WHERE id = $1::uuid`, [adminId]);
    await disable("now()");
    expect(await opens(token)).toBe(false);
    const { number } = await report("case", [token]);
    expect((await stands(number)).state).toBe("held");
    // as a version wrote it down to which nothing that is refused could work again
    await db.query("UPDATE incident SET state = 'contained', contained_at = now() WHERE number = $1::int", [
      number,
    ]);
    await noteContainmentOfAll(db);
    expect(await stands(number)).toMatchObject({ state: "held", worksAgain: null });
    expect(await readIncident(db, number)).toMatchObject({ state: "open", containedAt: null });
    const [lost] = await db.query<{ says: string }>(
      "SELECT after ->> 'contain' AS says FROM audit_entry WHERE act = 'incident.containment_lost' ORDER BY sequence DESC LIMIT 1",
    );
    expect(lost?.says).toContain("only while whoever made it cannot sign in");
    await disable("NULL");
    expect(await opens(token)).toBe(true);
    expect((await stands(number)).state).toBe("open");
    expect((await packOf(number)).html, "one that works, and ends by itself").toContain("<td>ends <time");
    // closed as contained, by a version to which it was
    await db.query(
      "UPDATE incident SET state = 'closed', closed_at = now(), contained_at = now() WHERE number = $1::int",
      [number],
    );
    expect((await packOf(number)).html).toContain("It is written up. Something of it may still be used.");
    await disable("now()");
    const { is, html } = await packOf(number);
    expect(is).toBe("held");
    expect(html).toContain(
      "It is written up. Something of it is refused only for now, and would work again.",
    );
    expect(html).not.toContain("Not any more");
    await disable("NULL");
    await db.query(
      "UPDATE incident SET state = 'open', closed_at = NULL, contained_at = NULL WHERE number = $1::int",
      [number],
    );
    await revokeApiToken(now(), { apiTokenId: id });
    await disable("now()");
    expect((await stands(number)).state, "it ended").toBe("contained");
  });

  test("is open of a report by a revoking scanner while a verifier's only secret works, though its token is refused", async () => {
    const verifierId = await addVerifier();
    const only = await addSecret("verifier", verifierId);
    const { number, scannerId } = await report("revoke", [await serviceToken(), only]);
    expect((await stands(number)).state).toBe("open");
    expect((await packOf(number)).says).toEqual([
      "The token is refused now, and will not work again.",
      expect.stringContaining("still works: a secret of the verifier"),
    ]);
    await addSecret("verifier", verifierId);
    await report("revoke", [only], { scannerId });
    expect((await stands(number)).state).toBe("contained");
  });
});

describe("a secret of the product's own that is pasted at the Leak desk", () => {
  const hashOf = (value: string) => createHash("sha256").update(value).digest("hex");
  const identify = (ctx: Context, ...values: string[]) =>
    identifyValues({ ...ctx, now: new Date() }, { values: values.map((value) => ({ hash: hashOf(value) })) });

  test("is told as what it is, whether it works, where it is ended and which open case has it: never as not ours", async () => {
    const [{ id, token }, verifierId, scannerId] = [
      await apiToken(),
      await addVerifier(),
      await addScanner(),
    ];
    const [ofVerifier, ofScanner] = [
      await addSecret("verifier", verifierId),
      await addSecret("scanner", scannerId),
    ];
    const all = [token, ofVerifier, ofScanner, token.replace(/.$/, "!")];
    const found = await identify(owner, ...all);
    expect(found).toMatchObject([
      {
        is: "live",
        own: {
          kind: "api_token",
          name: expect.stringMatching(/^the API token deploy /),
          hint: token.slice(-4),
          ownerId: id,
          expiresAt: expect.any(String),
          cases: [],
        },
      },
      { is: "live", own: { kind: "verifier_secret", ownerId: verifierId, expiresAt: null } },
      { is: "live", own: { kind: "scanner_secret", ownerId: scannerId } },
      { is: "foreign", token: null, secret: null, own: null },
    ]);

    const { number } = await report("case", [token]);
    expect((await identify(owner, token))[0]?.own?.cases).toMatchObject([{ number, state: "open" }]);
    await revokeApiToken(now(), { apiTokenId: id });
    await db.query("UPDATE verifier SET disabled_at = now() WHERE id = $1::uuid", [verifierId]);
    await db.query(
      "UPDATE scanner_secret SET expires_at = now() - interval '1 second' WHERE scanner_id = $1::uuid",
      [scannerId],
    );
    expect((await identify(owner, ...all)).map(({ is, own }) => [is, own?.kind])).toEqual([
      ["ended", "api_token"],
      ["suspended", "verifier_secret"],
      ["ended", "scanner_secret"],
      ["foreign", undefined],
    ]);
  });

  test("is told with the open case of a report that did not keep which it was", async () => {
    const verifierId = await addVerifier();
    const ofVerifier = await addSecret("verifier", verifierId);
    const { token } = await apiToken();
    const { number } = await report("case", [token, ofVerifier]);
    await forgetWhich(number);
    const later = await addSecret("verifier", verifierId);
    const found = await identify(owner, token, ofVerifier, later);
    expect(found.map(({ own }) => own?.cases.map((one) => one.number))).toEqual([[number], [number], []]);
  });

  test("is told to who may not see API tokens as its open case tells them, and by name alone once that is closed", async () => {
    const { id, token } = await apiToken();
    const { number } = await report("case", [token]);
    for (const role of ["responder", "governor", "auditor"] as const) {
      const reader = { ...fixture.as(role), now: new Date() };
      const [inCase] = (await getIncident(reader, number)).ownSecrets;
      const [found] = await identify(reader, token);
      expect(found?.own, role).toMatchObject({ ownerId: id, expiresAt: expect.any(String) });
      expect(found?.own).toMatchObject({ ownerId: inCase?.ownerId, expiresAt: inCase?.until });
      expect((await getBlastRadius(reader, number)).apiTokens?.rows).toMatchObject([
        { id, role: "governor" },
      ]);
      expect(ownersSeenBy(reader), "no page is led to that is not shown").not.toContain("api_token");
    }
    expect(ownersSeenBy(owner)).toContain("api_token");
    const { version } = await readIncident(db, number);
    await updateIncident(now(), { number, version, state: "closed" });
    const [found] = await identify(fixture.as("responder"), token);
    expect(found?.own).toMatchObject({ ownerId: null, expiresAt: null, cases: [] });
  });

  test("is named to who may not see API tokens as a report's page names it, and no more is told of it while no case holds it; to nobody else", async () => {
    const { token } = await apiToken();
    const ofVerifier = await addSecret("verifier", await addVerifier());
    for (const role of ["responder", "governor", "auditor"] as const) {
      const [own, seen] = await identify(fixture.as(role), token, ofVerifier);
      expect(own?.is).toBe("live");
      expect(own?.own, role).toEqual({
        kind: "api_token",
        name: expect.stringMatching(/^the API token deploy /),
        hint: token.slice(-4),
        ownerId: null,
        expiresAt: null,
        cases: [],
      });
      expect(seen?.own?.ownerId, "a verifier's page is for all").toEqual(expect.any(String));
    }
    // whoever may ask the desk may read the reports, which name it
    expect(ROLES.filter((role) => roleHas(role, "token:read"))).toEqual(
      ROLES.filter((role) => roleHas(role, "incident:read")),
    );
    await expect(identify(contextAs(db, "anonymous"), token)).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });
});
