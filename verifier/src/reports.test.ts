import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { VerifierError } from "./errors.ts";
import type { VerifierEvent } from "./events.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "./index.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

let peer: Peer;
let folder: string;
let verifiers: Verifier[] = [];
let events: VerifierEvent[] = [];

beforeEach(async () => {
  peer = await startPeer();
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-reports-"));
  events = [];
});

afterEach(async () => {
  isDown = false;
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
  await peer.stop();
  rmSync(folder, { recursive: true });
});

let isDown = false;
/** The endpoint for reports answers 503 while it is down. */
function breakable() {
  peer.override = (_, response, url) => {
    if (url.pathname !== "/events" || !isDown) return false;
    peer.json(response, 503, {});
    return true;
  };
}

async function open(reports: VerifierOptions["reports"] = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports,
    onEvent: (event) => events.push(event),
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: VerifierError) => error.code,
  );
const reported = () => peer.seen.reports;
const ids = () => reported().map((report) => report.id);

test("every use of a token of the authority is reported, allowed or refused, with where it was presented", async () => {
  const verifier = await open();
  const [good, expired] = [randomUUID(), randomUUID()];
  await verifier.verify(await peer.token({ jti: good }), {
    method: "post",
    path: "/invoices/7?key=secret",
    ip: "203.0.113.7",
    userAgent: "curl/8\u0007",
  });
  expect(await codeOf(verifier, await peer.token({ jti: expired, exp: 1 }))).toBe("expired");
  await expect(
    verifier.verify(await peer.token({ jti: good }), { permissions: ["admin"] }),
  ).rejects.toThrow();
  await expect.poll(() => reported().length).toBe(3);
  expect(reported()).toMatchObject([
    {
      token: good,
      outcome: "allowed",
      method: "POST",
      path: "/invoices/7",
      ip: "203.0.113.7",
      user_agent: "curl/8",
      audience: AUDIENCE,
    },
    { token: expired, outcome: "refused", refusal: "expired" },
    { token: good, outcome: "refused", refusal: "permission" },
  ]);
  expect(new Set(ids()).size).toBe(3);
  expect(reported()[0]?.latency_us).toBeGreaterThan(0);
});

test("what the authority never signed is not reported: anybody could write any id", async () => {
  const verifier = await open();
  const [head, payload] = (await peer.token()).split(".") as [string, string];
  expect(await codeOf(verifier, `${head}.${payload}.${"A".repeat(86)}`)).toBe("bad_signature");
  expect(await codeOf(verifier, "x.y.z")).toBe("malformed");
  await verifier.verify(await peer.token());
  await expect.poll(() => reported().length).toBe(1);
  expect(verifier.state.refused).toBe(2);
});

test("reports wait while the authority is away, and come once each, in order, when it is back", async () => {
  breakable();
  const verifier = await open();
  isDown = true;
  const jtis = Array.from({ length: 30 }, () => randomUUID());
  for (const jti of jtis) await verifier.verify(await peer.token({ jti }));
  await expect.poll(() => events.some((event) => event.type === "reports_delayed")).toBe(true);
  expect(verifier.state.reports).toEqual({ waiting: 30, lost: 0 });
  isDown = false;
  await expect.poll(() => reported().length).toBe(30);
  expect(reported().map((report) => report.token)).toEqual(jtis);
});

test("a report whose acknowledgement is lost is sent again under the same id", async () => {
  let isFirst = true;
  peer.override = async (request, response, url) => {
    if (url.pathname !== "/events" || !isFirst) return false;
    isFirst = false;
    const body = JSON.parse(await peer.readBody(request)) as { reports: Record<string, unknown>[] };
    peer.seen.reports.push(...body.reports);
    response.destroy();
    return true;
  };
  const verifier = await open();
  await verifier.verify(await peer.token());
  await expect.poll(() => reported().length).toBe(2);
  expect(new Set(ids()).size).toBe(1);
});

test("what finds no room is lost, counted, told and reported; with strict audit it is refused instead", async () => {
  breakable();
  isDown = true;
  const relaxed = await open({ capacity: 3 });
  const strict = await open({ capacity: 3, isStrict: true });
  const token = await peer.token();
  for (let n = 0; n < 5; n += 1) expect(await codeOf(relaxed, token)).toBe("good");
  expect(relaxed.state.reports).toEqual({ waiting: 3, lost: 2 });
  expect(events.some((event) => event.type === "reports_lost")).toBe(true);
  for (let n = 0; n < 3; n += 1) expect(await codeOf(strict, token)).toBe("good");
  await expect(strict.verify(token)).rejects.toMatchObject({ code: "audit_unavailable", status: 503 });
  expect(strict.state.reports).toEqual({ waiting: 3, lost: 0 });
  isDown = false;
  await expect.poll(() => reported().length).toBe(6);
  expect(peer.seen.eventBodies.map((body) => body.lost).filter((lost) => lost !== undefined)).toEqual([2]);
  await expect.poll(() => codeOf(strict, token)).toBe("good");
});

test("a report that the authority refuses for good is told, and holds up nothing", async () => {
  peer.override = async (request, response, url) => {
    if (url.pathname !== "/events") return false;
    const body = JSON.parse(await peer.readBody(request)) as { reports: { id: string }[] };
    peer.seen.reports.push(...(body.reports as unknown as Record<string, unknown>[]));
    peer.json(response, 200, {
      results: body.reports.map(({ id }) => ({ id, result: "refused", code: "unknown_token" })),
    });
    return true;
  };
  const verifier = await open();
  await verifier.verify(await peer.token());
  await expect
    .poll(() => events.find((event) => event.type === "report_refused"))
    .toMatchObject({ code: "unknown_token" });
  await expect.poll(() => verifier.state.reports?.waiting).toBe(0);
});

test("one report that makes its whole batch refused (400) is found, lost and told; the others arrive", async () => {
  const bad = randomUUID();
  peer.override = async (request, response, url) => {
    if (url.pathname !== "/events") return false;
    const body = JSON.parse(await peer.readBody(request)) as { reports: { id: string; token: string }[] };
    if (body.reports.some(({ token }) => token === bad)) {
      peer.json(response, 400, {});
      return true;
    }
    peer.seen.reports.push(...(body.reports as unknown as Record<string, unknown>[]));
    peer.json(response, 200, { results: body.reports.map(({ id }) => ({ id, result: "recorded" })) });
    return true;
  };
  const verifier = await open();
  for (const jti of [randomUUID(), randomUUID(), bad, randomUUID()])
    await verifier.verify(await peer.token({ jti }));
  await expect.poll(() => reported().length).toBe(3);
  expect(verifier.state.reports).toEqual({ waiting: 0, lost: 1 });
});

test("closing sends what waits", async () => {
  const verifier = await open();
  for (let n = 0; n < 20; n += 1) await verifier.verify(await peer.token());
  await verifier.close();
  expect(reported()).toHaveLength(20);
});

test("what waits in a file is sent by the next process, once each by id; the file is let go", async () => {
  breakable();
  isDown = true;
  const file = path.join(folder, "reports");
  const first = await open({ path: file, isStrict: true });
  const jtis = Array.from({ length: 10 }, () => randomUUID());
  for (const jti of jtis) await first.verify(await peer.token({ jti }));
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).token)).toEqual(jtis);
  isDown = false;
  await first.close();
  expect(existsSync(`${file}.lock`)).toBe(false);
  // all were sent at the close; then two more lines stand in the file, one of them cut by a crash
  const left = { ...JSON.parse(lines[0] as string), id: randomUUID() };
  appendFileSync(file, `${JSON.stringify(left)}\n{"id":"0`);
  const second = await open({ path: file });
  await expect.poll(() => reported().length).toBe(11);
  expect(new Set(ids()).size).toBe(11);
  expect(second.state.reports).toEqual({ waiting: 0, lost: 1 });
});

test("a file that another process uses is not taken: strict audit is not ready, and refuses", async () => {
  const file = path.join(folder, "reports");
  writeFileSync(`${file}.lock`, String(process.ppid));
  const verifier = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports: { path: file, isStrict: true },
  });
  verifiers.push(verifier);
  await expect(verifier.ready()).rejects.toThrow("another process");
  await expect(verifier.verify(await peer.token())).rejects.toMatchObject({ code: "audit_unavailable" });
});

test("with strict audit and a file, what verify() accepted survives kill -9", async () => {
  breakable();
  isDown = true;
  const file = path.join(folder, "reports");
  const jtis = Array.from({ length: 20 }, () => randomUUID());
  const tokens = await Promise.all(jtis.map((jti) => peer.token({ jti })));
  const list = path.join(folder, "tokens");
  writeFileSync(list, JSON.stringify(tokens));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", path.join(import.meta.dirname, "test-reporting-process.ts")],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ISSUER: peer.issuer, SECRET, AUDIENCE, FILE: file, TOKENS: list, AGAIN: "1" },
    },
  );
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    // in the middle of its work, which has no end
    if (said.split("\n").length > 60) child.kill("SIGKILL");
  }
  const words = said.split("\n").slice(0, -1);
  expect(new Set(words)).toEqual(new Set(["accepted"]));
  expect(words.length).toBeGreaterThanOrEqual(60);
  isDown = false;
  await open({ path: file });
  await expect.poll(() => reported().length).toBeGreaterThanOrEqual(words.length);
  // token by token, as often as its turn had come
  for (const [turn, jti] of jtis.entries())
    expect(reported().filter((report) => report.token === jti).length).toBeGreaterThanOrEqual(
      words.filter((_, index) => index % jtis.length === turn).length,
    );
  expect(new Set(ids()).size).toBe(reported().length);
});

test("strict audit on a disk that takes no more: what is refused for it is not reported, what was accepted is, once", async () => {
  breakable();
  isDown = true;
  const file = path.join(folder, "reports");
  const tokens = await Promise.all(Array.from({ length: 40 }, () => peer.token()));
  const list = path.join(folder, "tokens");
  writeFileSync(list, JSON.stringify(tokens));
  const program = path.join(import.meta.dirname, "test-reporting-process.ts");
  // no file of it grows beyond four kilobytes
  const child = spawn(
    "bash",
    ["-c", 'ulimit -f 4 && exec "$0" --disable-warning=ExperimentalWarning "$1"', process.execPath, program],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ISSUER: peer.issuer, SECRET, AUDIENCE, FILE: file, TOKENS: list },
    },
  );
  const said: string[] = [];
  for await (const chunk of child.stdout) {
    said.push(...String(chunk).split("\n").filter(Boolean));
    if (said.length === tokens.length) break;
  }
  const accepted = tokens.filter((_, index) => said[index] === "accepted");
  expect(accepted.length).toBeGreaterThan(3);
  expect(new Set(said)).toEqual(new Set(["accepted", "audit_unavailable"]));
  const jtis = (values: readonly string[]) =>
    values.map((token) => JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString()).jti);
  isDown = false;
  await expect.poll(() => reported().length).toBe(accepted.length);
  child.kill("SIGKILL");
  // whoever opens the file after it has nothing to add
  await open({ path: file });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(new Set(reported().map((report) => report.token))).toEqual(new Set(jtis(accepted)));
  expect(events.filter(({ type }) => type === "reports_lost")).toEqual([]);
});
