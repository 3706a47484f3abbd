import { createHash, randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rotateClientSecret } from "#lib/clients/rotate-client-secret.ts";
import { getIncident } from "#lib/incidents/get-incident.ts";
import { readIncident } from "#lib/incidents/incident-row.ts";
import { noteContainment } from "#lib/incidents/note-containment.ts";
import { updateIncident } from "#lib/incidents/update-incident.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { restoreTarget } from "#lib/revocations/restore-target.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { createScanner } from "#lib/scanners/create-scanner.ts";
import { createScannerInput } from "#lib/scanners/input.ts";
import { listLeakReports, listReportsOfIncident } from "#lib/scanners/list-leak-reports.ts";
import type { CreatedScanner, LeakReportRow, ScannerAction } from "#lib/scanners/model.ts";
import { LEAK_REPORTS_TABLE } from "#lib/scanners/reports-table.ts";
import { rotateScannerSecret } from "#lib/scanners/rotate-scanner-secret.ts";
import { switchScanner } from "#lib/scanners/switch-scanner.ts";
import { updateScanner } from "#lib/scanners/update-scanner.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { createCaseOpener } from "#server/worker/loops.ts";
import type { WorkerPart } from "#server/worker/worker-part.ts";
import { eventually } from "./signals/test-signal-peer.ts";
import { introspect, issue, startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
let openers: WorkerPart[];

beforeAll(async () => {
  instance = await startTestInstance();
  // two workers: each report gets one case
  openers = [1, 2].map(() =>
    createCaseOpener({ db: instance.db, url: instance.databaseUrl, log: pino({ level: "silent" }) }),
  );
  for (const opener of openers) opener.start();
});
afterAll(async () => {
  await Promise.all(openers.map((opener) => opener.stop()));
  await instance.stop();
});

const owner = () => contextAs(instance.db, "owner");
const isActive = async (token: string) =>
  (
    (await introspect(instance.issuer, token, instance.registry.verifiers.billing.secret)) as {
      active: boolean;
    }
  ).active;

function addScanner(action: ScannerAction, hours: number | null = null): Promise<CreatedScanner> {
  const input = createScannerInput.parse({ name: `Scanner ${randomUUID().slice(0, 8)}`, action, hours });
  return createScanner(owner(), input);
}

const found = (token: string, url: string | null = "https://github.com/acme/app/blob/main/.env#L3") => ({
  token,
  type: "tokenwarden_token",
  url,
  source: "content",
});

async function send(secret: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${instance.issuer}/leak-reports`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const reportsOf = async ({ scanner }: CreatedScanner) =>
  (
    await listLeakReports(owner(), {
      ...defaultQuery(LEAK_REPORTS_TABLE),
      filters: { scannerId: scanner.id },
    })
  ).rows;

/** The newest report of a scanner once it is in a case. */
const inCase = (scanner: CreatedScanner, count = 1): Promise<LeakReportRow & { incidentNumber: number }> =>
  eventually(async () => {
    const rows = await reportsOf(scanner);
    const [row] = rows;
    if (rows.length !== count || row === undefined || row.incidentNumber === null) return undefined;
    return { ...row, incidentNumber: row.incidentNumber };
  });

const ordersOf = async ({ scanner }: CreatedScanner) =>
  (
    await instance.db.query<{ id: string }>(
      "SELECT id FROM revocation_order WHERE actor_id = $1 ORDER BY position",
      [scanner.id],
    )
  ).map(({ id }) => id);

describe("what a secret scanner reports", () => {
  test("is revoked at once where the policy says so, the token alone, with the scanner as the actor and a case that is contained", async () => {
    const scanner = await addScanner("revoke");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const other = await issue(instance.issuer, instance.registry.jwtService);
    expect(await send(scanner.secret, [found(token), found("ghp_nothingOfOurs")])).toEqual({
      status: 202,
      text: '{"received":2}',
    });
    expect(await isActive(token)).toBe(false);
    expect(await isActive(other)).toBe(true);
    const report = await inCase(scanner);
    expect(report).toMatchObject({
      values: 2,
      unknown: 1,
      times: 1,
      findings: [
        {
          kind: "token",
          tokenId: decodeJwt(token).jti,
          outcome: "revoked",
          url: "https://github.com/acme/app/blob/main/.env",
          source: "content",
        },
      ],
    });
    const [order] = await instance.db.query(
      `SELECT verb, target_kind AS kind, reason, actor_kind AS "actorKind", actor_name AS actor FROM revocation_order WHERE id = $1::uuid`,
      [report.findings[0]?.orderId ?? ""],
    );
    expect(order).toEqual({
      verb: "revoke",
      kind: "token",
      reason: "token_leaked",
      actorKind: "system",
      actor: `scanner ${scanner.scanner.name}`,
    });
    await expect
      .poll(async () => (await readIncident(instance.db, report.incidentNumber)).state)
      .toBe("contained");
    expect(await listReportsOfIncident(owner(), report.incidentNumber)).toHaveLength(1);
    const acts = await instance.db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE actor_id = $1 ORDER BY sequence",
      [scanner.scanner.id],
    );
    expect(acts.map(({ act }) => act)).toEqual([
      "scanner.leak_reported",
      "token.revoked",
      "incident.opened",
      "incident.leak_reported",
      "incident.contained",
    ]);
  });

  test("is suspended for its hours, or left to the case, as its own policy says and from the next report on", async () => {
    const scanner = await addScanner("suspend", 5);
    const suspended = await issue(instance.issuer, instance.registry.opaqueService);
    await send(scanner.secret, [found(suspended)]);
    expect(await isActive(suspended)).toBe(false);
    const [order] = await instance.db.query(
      "SELECT verb, round(extract(epoch FROM expires_at - created_at) / 3600)::int AS hours FROM revocation_order WHERE actor_id = $1",
      [scanner.scanner.id],
    );
    expect(order).toEqual({ verb: "suspend", hours: 5 });
    await updateScanner(owner(), {
      scannerId: scanner.scanner.id,
      version: 1,
      action: "case",
      hours: null,
    });
    const left = await issue(instance.issuer, instance.registry.jwtService);
    await send(scanner.secret, [found(left)]);
    expect(await isActive(left)).toBe(true);
    const report = await inCase(scanner, 2);
    expect(report.findings).toMatchObject([{ outcome: "case", orderId: null }]);
    expect((await readIncident(instance.db, report.incidentNumber)).state).toBe("open");
  });

  test("takes a refresh token's family back with it, and says of what had ended that it had", async () => {
    const scanner = await addScanner("revoke");
    const fixture = fixtureOf(instance.db);
    const clientId = await fixture.client(`web-${randomUUID().slice(0, 8)}`);
    const userId = await fixture.user(`${randomUUID()}@example.com`);
    const familyId = await fixture.family({ clientId, userId });
    const value = `opaque-${randomUUID()}`;
    const valueHash = createHash("sha256").update(value).digest();
    await fixture.token({ clientId, userId, familyId, kind: "refresh", format: "opaque", valueHash });
    const ended = await issue(instance.issuer, instance.registry.jwtService);
    await revokeToken(owner(), { id: decodeJwt(ended).jti as string, reason: "test", note: "" });
    await send(scanner.secret, [found(value), found(ended), found(value, "https://paste.example/1")]);
    const report = await inCase(scanner);
    expect(report.findings.map(({ outcome }) => outcome)).toEqual(["revoked", "ended", "revoked"]);
    const orders = await instance.db.query<{ kind: string; id: string }>(
      "SELECT target_kind AS kind, target_id AS id FROM revocation_order WHERE actor_id = $1",
      [scanner.scanner.id],
    );
    expect(orders).toEqual([{ kind: "family", id: familyId }]);
  });

  test("takes nothing back for a value that only bears a token's id, and opens a case all the same", async () => {
    const scanner = await addScanner("revoke");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const forged = `${token.split(".").slice(0, 2).join(".")}.${"A".repeat(86)}`;
    await send(scanner.secret, [found(forged)]);
    expect((await inCase(scanner)).findings).toMatchObject([{ kind: "altered", outcome: "case" }]);
    expect(await isActive(token)).toBe(true);
  });

  test("opens a case on the client whose secret it is", async () => {
    const scanner = await addScanner("revoke");
    const { secret, id } = instance.registry.otherService;
    await send(scanner.secret, [found(secret)]);
    const report = await inCase(scanner);
    expect(report.findings).toMatchObject([{ kind: "client_secret", clientId: id, outcome: "case" }]);
    const [subject] = await instance.db.query(
      "SELECT kind, target_id AS id FROM incident_subject s JOIN incident i ON i.id = s.incident_id WHERE i.number = $1::int",
      [report.incidentNumber],
    );
    expect(subject).toEqual({ kind: "client", id });
  });

  test("a case of a leaked secret is contained when the secret is taken no more, not when its tokens are revoked", async () => {
    const scanner = await addScanner("case");
    const { secret, id } = instance.registry.otherService;
    const token = await issue(instance.issuer, instance.registry.otherService);
    await send(scanner.secret, [found(secret, "https://paste.example/2")]);
    const { incidentNumber } = await inCase(scanner);
    const detail = () => getIncident(owner(), incidentNumber);
    await revokeClientTokens(owner(), { id, reason: "token_leaked", note: "" });
    expect(await isActive(token)).toBe(false);
    await noteContainment(owner(), incidentNumber);
    expect(await detail()).toMatchObject({ state: "open" });
    await rotateClientSecret(owner(), { clientId: id, overlapSeconds: 0, lifetimeSeconds: null });
    expect(await detail()).toMatchObject({ state: "contained", worksAgain: null });
  });

  test("counts once however often it comes, at once too; what is found elsewhere joins the open case", async () => {
    const scanner = await addScanner("suspend", 1);
    const second = await addScanner("case");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const body = [found(token)];
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(scanner.secret, body)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['202 {"received":1}']),
    );
    const report = await inCase(scanner);
    expect(report.times).toBe(4);
    const orders = await instance.db.query("SELECT 1 AS one FROM revocation_order WHERE actor_id = $1", [
      scanner.scanner.id,
    ]);
    expect(orders).toHaveLength(1);
    await send(second.secret, [found(token, "https://gitlab.example/x")]);
    expect((await inCase(second)).incidentNumber).toBe(report.incidentNumber);
  });

  test("is taken back again where it was given back or its suspension ran out, in the case that is open; while it is suspended it is counted", async () => {
    const scanner = await addScanner("suspend", 1);
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const body = [found(token)];
    await send(scanner.secret, body);
    const first = await inCase(scanner);
    await send(scanner.secret, body);
    const [order = ""] = await ordersOf(scanner);
    expect((await reportsOf(scanner)).map(({ times }) => times)).toEqual([2]);
    await restoreTarget(owner(), { orderId: order, reason: "test", note: "" });
    expect(await isActive(token)).toBe(true);
    expect(await send(scanner.secret, body)).toEqual({ status: 202, text: '{"received":1}' });
    expect(await isActive(token), "given back, and found again").toBe(false);
    const again = await inCase(scanner, 2);
    expect(again).toMatchObject({
      times: 1,
      incidentNumber: first.incidentNumber,
      findings: [{ outcome: "suspended" }],
    });
    expect(again.findings[0]?.orderId).not.toBe(order);
    expect(await ordersOf(scanner)).toHaveLength(2);
    const [act] = await instance.db.query<{ repeats: string }>(
      "SELECT after ->> 'repeats' AS repeats FROM audit_entry WHERE act = 'scanner.leak_reported' AND after ->> 'reportId' = $1",
      [again.id],
    );
    expect(act?.repeats).toBe(first.id);
    // plain repeats of it are counted as those of the first were
    await Promise.all([send(scanner.secret, body), send(scanner.secret, body)]);
    expect((await reportsOf(scanner)).map(({ times }) => times)).toEqual([3, 2]);
    expect(await ordersOf(scanner)).toHaveLength(2);
  });

  test("is answered by the policy of now where that became stricter, and not where it became milder", async () => {
    const scanner = await addScanner("case");
    const scannerId = scanner.scanner.id;
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const body = [found(token)];
    await send(scanner.secret, body);
    const { incidentNumber } = await inCase(scanner);
    await send(scanner.secret, body);
    expect(await ordersOf(scanner)).toEqual([]);
    await updateScanner(owner(), { scannerId, version: 1, action: "suspend", hours: 1 });
    await send(scanner.secret, body);
    expect(await isActive(token)).toBe(false);
    await updateScanner(owner(), { scannerId, version: 2, action: "case", hours: null });
    await send(scanner.secret, body);
    expect(await reportsOf(scanner)).toHaveLength(2);
    await updateScanner(owner(), { scannerId, version: 3, action: "revoke", hours: null });
    await send(scanner.secret, body);
    expect((await inCase(scanner, 3)).findings).toMatchObject([{ outcome: "revoked" }]);
    expect(new Set((await reportsOf(scanner)).map((row) => row.incidentNumber))).toEqual(
      new Set([incidentNumber]),
    );
    const verbs = await instance.db.query<{ verb: string }>(
      "SELECT verb FROM revocation_order WHERE actor_id = $1 ORDER BY position",
      [scannerId],
    );
    expect(verbs.map(({ verb }) => verb)).toEqual(["suspend", "revoke"]);
  });

  test("opens another case where its own is closed and the token works; where nothing works, the closed case says once that it was found again", async () => {
    const scanner = await addScanner("case");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const body = [found(token)];
    // who opened it may be holding it against its tokens still
    const close = (number: number) =>
      expect
        .poll(async () => {
          const { version } = await readIncident(instance.db, number);
          const closing = updateIncident(owner(), { number, version, state: "closed" });
          return closing.then(({ state }) => state).catch(({ code }) => code);
        })
        .toBe("closed");
    await send(scanner.secret, body);
    const first = await inCase(scanner);
    await close(first.incidentNumber);
    await send(scanner.secret, body);
    const second = await inCase(scanner, 2);
    expect(second.incidentNumber).toBeGreaterThan(first.incidentNumber);
    expect((await readIncident(instance.db, first.incidentNumber)).state).toBe("closed");
    expect(await listReportsOfIncident(owner(), first.incidentNumber)).toMatchObject([{ id: first.id }]);

    await revokeToken(owner(), { id: decodeJwt(token).jti as string, reason: "test", note: "" });
    await close(second.incidentNumber);
    for (let n = 0; n < 3; n += 1) await send(scanner.secret, body);
    expect((await reportsOf(scanner)).map(({ times }) => times)).toEqual([4, 1]);
    const acts = await instance.db.query<{ target: string }>(
      "SELECT target_name AS target FROM audit_entry WHERE act = 'incident.leak_found_again' AND actor_id = $1",
      [scanner.scanner.id],
    );
    expect(acts).toHaveLength(1);
    expect(acts[0]?.target).toContain(`#${second.incidentNumber} `);
  });

  test("takes nothing back for another value with a token's id, under any policy, however often and however its case stands", async () => {
    const scanner = await addScanner("suspend", 1);
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const forged = `${token.split(".").slice(0, 2).join(".")}.${"A".repeat(86)}`;
    await send(scanner.secret, [found(forged)]);
    const { incidentNumber } = await inCase(scanner);
    await updateScanner(owner(), {
      scannerId: scanner.scanner.id,
      version: 1,
      action: "revoke",
      hours: null,
    });
    await send(scanner.secret, [found(forged)]);
    expect((await reportsOf(scanner)).map(({ times }) => times)).toEqual([2]);
    const { version } = await readIncident(instance.db, incidentNumber);
    await updateIncident(owner(), { number: incidentNumber, version, state: "closed" });
    await send(scanner.secret, [found(forged)]);
    expect((await inCase(scanner, 2)).findings).toMatchObject([{ kind: "altered", outcome: "case" }]);
    expect(await ordersOf(scanner)).toEqual([]);
    expect(await isActive(token)).toBe(true);
  });

  test("is answered the same whatever it is, and only counted by the day where nothing of it is ours", async () => {
    const scanner = await addScanner("revoke");
    const known = await send(scanner.secret, [
      found(await issue(instance.issuer, instance.registry.jwtService)),
    ]);
    const unknown = await send(scanner.secret, [found("correct horse battery staple")]);
    await send(scanner.secret, [found("another one"), found("and another")]);
    expect(unknown).toEqual(known);
    const [counted] = (await reportsOf(scanner)).filter(({ findings }) => findings.length === 0);
    expect(counted).toMatchObject({ times: 2, values: 3, unknown: 3, incidentNumber: null });
  });

  test("is never kept as a value, wherever the scanner put it", async () => {
    const scanner = await addScanner("case");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const secret = "twc_0123456789abcdefghijklmnopqrstuvwxyz";
    await send(scanner.secret, [
      {
        token,
        type: `leak of ${token}`,
        url: `https://u:p@paste.example/${secret}?token=${token}#${token}`,
        source: `\u001b[31m${token}\r\nX: y`,
      },
    ]);
    const report = await inCase(scanner);
    expect(report.findings[0]).toMatchObject({
      type: "leak of [redacted]",
      url: "https://paste.example/twc_[redacted]",
      source: "[31m[redacted] X: y",
    });
    const [dump] = await instance.db.query<{ text: string }>(
      `SELECT (SELECT json_agg(r) FROM leak_report r)::text || (SELECT json_agg(f) FROM leak_finding f)::text || (SELECT json_agg(i) FROM incident i)::text
         || (SELECT json_agg(a) FROM audit_entry a)::text || (SELECT json_agg(n) FROM incident_note n)::text AS text`,
    );
    expect(dump?.text).not.toContain(token.split(".")[2]);
    expect(dump?.text).not.toContain(secret);
  });
});

describe("the door of scanners", () => {
  test("takes a rotated secret and the one before for its time, and neither of a scanner that is disabled", async () => {
    const { scanner, secret } = await addScanner("case");
    expect(scanner.secrets).toMatchObject([{ hint: secret.slice(-4), expiresAt: null }]);
    const overlapping = await rotateScannerSecret(owner(), { scannerId: scanner.id, overlapSeconds: 60 });
    expect(overlapping.scanner.secrets.map(({ hint }) => hint)).toEqual([
      overlapping.secret.slice(-4),
      secret.slice(-4),
    ]);
    for (const one of [secret, overlapping.secret])
      expect((await send(one, [found("nothing")])).status).toBe(202);
    const last = await rotateScannerSecret(owner(), { scannerId: scanner.id, overlapSeconds: 0 });
    for (const one of [secret, overlapping.secret])
      expect((await send(one, [found("nothing")])).status).toBe(401);
    await switchScanner(owner(), { scannerId: scanner.id, isDisabled: true });
    expect((await send(last.secret, [found("nothing")])).status).toBe(401);
    await switchScanner(owner(), { scannerId: scanner.id, isDisabled: false });
    expect((await send(last.secret, [found("nothing")])).status).toBe(202);
  });

  test("refuses others' credentials, what is no report, and more than a report may hold; it repeats nothing of it", async () => {
    const { secret } = await addScanner("revoke");
    const token = await issue(instance.issuer, instance.registry.jwtService);
    for (const wrong of ["", "twl_wrong", instance.registry.verifiers.billing.secret, token])
      expect((await send(wrong, [found(token)])).status).toBe(401);
    const refused: [unknown, number][] = [
      ["", 400],
      ["[", 400],
      ["null", 400],
      [[], 400],
      [{ token }, 400],
      [[{ token: "" }], 400],
      [[{ token: " " }], 400],
      [[{ token: 7 }], 400],
      [[{ token, url: ["x"] }], 400],
      [`[{"token":"${token}","token":"x"}]`, 400],
      [[found("x".repeat(16_385))], 400],
      [Array.from({ length: 101 }, () => found(token)), 400],
      [[found("x".repeat(600_000))], 413],
    ];
    for (const [body, status] of refused) {
      const answer = await send(secret, body);
      expect([body, answer.status]).toEqual([body, status]);
      expect(answer.text).not.toContain(token);
    }
    expect(
      (await send(secret, JSON.stringify([found(token)]), { "content-type": "text/plain" })).status,
    ).toBe(415);
    expect(await isActive(token)).toBe(true);
  });

  test("lets a scanner send so many at once and no more, and others go on", async () => {
    const [loud, quiet] = [await addScanner("case"), await addScanner("case")];
    const answers = await Promise.all(
      Array.from({ length: 70 }, () => send(loud.secret, [found("nothing")])),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 429]));
    expect((await send(quiet.secret, [found("nothing")])).status).toBe(202);
  });
});
