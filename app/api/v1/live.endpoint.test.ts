import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import type { Role } from "#lib/authz/roles.ts";
import { uuidv7 } from "#lib/ids.ts";
import { BEAT_MS } from "#lib/live/model.ts";
import type { PulseWatcher } from "#lib/live/pulse-watcher.ts";
import { ACTOR_SHARE, SESSION_SHARE } from "./live/stream-shares.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
const open: Response[] = [];

beforeAll(async () => {
  console = await startTestConsole();
});
afterAll(() => console.end());
afterEach(async () => {
  for (const response of open.splice(0)) await response.body?.cancel();
  expect(followers()).toBe(0);
});

const followers = () => (globalThis as { tokenwardenPulse?: PulseWatcher }).tokenwardenPulse?.listeners ?? 0;

async function follow(by: { role: Role } | { cookie: string }, asHead = false): Promise<Response> {
  const response = await console.send({
    method: "GET",
    path: "/api/v1/live",
    role: "role" in by ? by.role : null,
    headers: "cookie" in by ? { cookie: by.cookie } : {},
    asHead,
  });
  if (response.status === 200 && !asHead) open.push(response);
  return response;
}

async function addAdmin(): Promise<string> {
  const id = uuidv7(new Date());
  await console.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, $2, 'Ann', 'auditor', 'x', '\\x00', now())`,
    [id, `${randomUUID()}@example.com`],
  );
  return id;
}

async function signIn(adminId: string): Promise<{ cookie: string }> {
  const id = uuidv7(new Date(Date.now() + randomBytes(1).readUInt8()));
  await console.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
    [id, adminId],
  );
  return { cookie: `tokenwarden.session=${await sealSession(id, derivedKey("session"), 3600)}` };
}

const statuses = (responses: Response[]) => responses.map((response) => response.status);
const times = (count: number, ask: () => Promise<Response>) =>
  Promise.all(Array.from({ length: count }, ask));

test("HEAD tells the headers of the stream and follows nothing", async () => {
  const answers = await times(ACTOR_SHARE * 3, () => follow({ role: "auditor" }, true));
  expect(new Set(statuses(answers))).toEqual(new Set([200]));
  expect(answers[0]?.headers.get("content-type")).toContain("text/event-stream");
  expect(answers[0]?.body).toBeNull();
  expect(followers()).toBe(0);
});

test("a stream says at once that it is there, and again by each beat, as an event that a page hears", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const body = (await follow({ role: "auditor" })).body as ReadableStream<Uint8Array>;
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    async function readBeats(count: number) {
      while (text.split("event: beat\ndata: {}\n\n").length <= count) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
    }
    await readBeats(1);
    for (const count of [2, 3]) {
      vi.advanceTimersByTime(BEAT_MS);
      await readBeats(count);
    }
    reader.releaseLock();
  } finally {
    vi.useRealTimers();
  }
});

test("an API token follows by so many streams and is answered 429 over it; others follow all the same", async () => {
  await times(ACTOR_SHARE, () => follow({ role: "auditor" }));
  const over = await follow({ role: "auditor" });
  expect(over.status).toBe(429);
  expect(over.headers.get("retry-after")).not.toBeNull();
  expect(followers()).toBe(ACTOR_SHARE);
  expect((await follow({ role: "owner" })).status).toBe(200);
  // who lets go of one may have another
  await open.shift()?.body?.cancel();
  expect((await follow({ role: "auditor" })).status).toBe(200);
});

test("a session has its share, and all sessions of an admin have one together", async () => {
  const adminId = await addAdmin();
  const sessions = [await signIn(adminId), await signIn(adminId), await signIn(adminId)];
  for (const session of sessions.slice(0, 2)) {
    expect(new Set(statuses(await times(SESSION_SHARE, () => follow(session))))).toEqual(new Set([200]));
    expect((await follow(session)).status).toBe(429);
  }
  expect((await follow(sessions[2] as { cookie: string })).status).toBe(429);
  expect((await follow(await signIn(await addAdmin()))).status).toBe(200);
});

test("a stream that ends with its session gives its share back", async () => {
  const adminId = await addAdmin();
  const session = await signIn(adminId);
  await times(SESSION_SHARE, () => follow(session));
  await console.db.query("UPDATE admin_session SET ended_at = now() WHERE admin_id = $1::uuid", [adminId]);
  const deadline = Date.now() + 15_000;
  while (followers() > 0 && Date.now() < deadline) await wait(100);
  expect(followers()).toBe(0);
  const again = await signIn(adminId);
  expect(new Set(statuses(await times(SESSION_SHARE, () => follow(again))))).toEqual(new Set([200]));
});
