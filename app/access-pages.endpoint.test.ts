import { globSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role, roleHas } from "#lib/authz/roles.ts";
import { type Contents, changedTables, openContents } from "#lib/db/test-contents.ts";
import { PAGE_ACCESS } from "./_lib/access-matrix.ts";
import { startBareConsole } from "./_lib/test-bare-console.ts";
import { type ConsoleProcess, isBuilt } from "./_lib/test-built-console.ts";
import { seedEverything, startTestConsole, type TestConsole } from "./api/v1/test-console.ts";
import { addTestPerson, proveFor } from "./api/v1/test-people.ts";

/** What is written into every name of what is there: where it shows, something was shown. */
const MARK = "m4rked";
const NAMED: Record<string, string> = {
  admin: "name",
  api_token: "name",
  audience: "title",
  client: "name",
  event_stream: "name",
  incident: "title",
  scanner: "name",
  sign_in_provider: "name",
  signal_receiver: "name",
  user_account: "name",
  user_group: "name",
  verifier: "name",
};
const REFUSED = "Your role does not open this page";
const FOREIGN = "01a20000-0000-7000-8000-00000000dead";

/** What a page with a segment is about: the kind of the object. */
const ABOUT: Record<string, string> = {
  "/admins/[id]": "admins",
  "/api-tokens/[id]": "api-tokens",
  "/approvals/[id]": "approvals",
  "/audiences/[id]": "audiences",
  "/audiences/[id]/edit": "audiences",
  "/audit/acts/[id]": "audit-entries",
  "/audit/addresses/[id]": "addresses",
  "/clients/[id]": "clients",
  "/clients/[id]/activity": "clients",
  "/clients/[id]/edit": "clients",
  "/clients/[id]/lifetimes": "clients",
  "/detections/[id]": "detections",
  "/families/[id]": "families",
  "/groups/[id]": "groups",
  "/groups/[id]/edit": "groups",
  "/incidents/[number]": "incidents",
  "/keys/[id]": "keys",
  "/orders/[id]": "orders",
  "/settings/event-streams/[id]": "event-streams",
  "/settings/event-streams/[id]/edit": "event-streams",
  "/settings/scanners/[id]": "scanners",
  "/settings/scanners/[id]/edit": "scanners",
  "/settings/sign-in/[id]": "sign-in-providers",
  "/settings/signals/peers/[id]": "signal-receivers",
  "/settings/signals/peers/[id]/edit": "signal-receivers",
  "/settings/signals/streams/[id]": "signal-streams",
  "/settings/signals/streams/[id]/edit": "signal-streams",
  "/tokens/[id]": "tokens",
  "/users/[id]": "users",
  "/users/[id]/activity": "users",
  "/verifiers/[id]": "verifiers",
  "/verifiers/[id]/activity": "verifiers",
  "/verifiers/[id]/edit": "verifiers",
};
/** Pages of one object that show no name of it: an id, a state, an act from before. */
const NAMELESS = new Set([
  "/approvals/[id]",
  "/audit/acts/[id]",
  "/audit/addresses/[id]",
  "/keys/[id]",
  "/orders/[id]",
]);

/** There is no such page, and no restore that waits. */
const ELSEWHERE_NOW = new Set(["/[...unknown]", "/restored"]);

/** A tree that a browser says it has: all that stands around pages, and another page. Only what differs is sent. */
const ELSEWHERE = encodeURIComponent(
  JSON.stringify([
    "",
    { children: ["(console)", { children: ["elsewhere", { children: ["__PAGE__", {}] }] }] },
  ]),
);

const AHEAD = "ahead of a click";

/** The ways to ask for a page. */
const FORMS: Record<string, Record<string, string>> = {
  "as HTML": { accept: "text/html" },
  "as a payload": { rsc: "1" },
  [AHEAD]: { rsc: "1", "next-router-prefetch": "1" },
  "without layouts": { rsc: "1", "next-router-state-tree": ELSEWHERE },
};

const pages = globSync("**/page.{ts,tsx}", { cwd: import.meta.dirname }).map(
  (file) =>
    `/${path
      .dirname(file)
      .split(path.sep)
      .filter((name) => name !== "." && !name.startsWith("("))
      .join("/")}`,
);
const closed = pages.filter((page) => PAGE_ACCESS[page] !== "public");

let api: TestConsole;
let bare: ConsoleProcess;
let contents: Contents;
let before: ReadonlyMap<string, string>;
let actsBefore = 0;
let ids: Record<string, string[]>;
const cookies = new Map<Role, string>();
const strangers = new Map<string, string>();

beforeAll(async () => {
  if (!isBuilt) return;
  api = await startTestConsole();
  ids = await seedEverything(api);
  const found = await api.db.query<{ id: string }>(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, client_id, first_at, last_at, found_at, count, facts)
     VALUES (gen_random_uuid(), 'burst', 'high', 'open', 'client', $1::text, $1::uuid, now(), now(), now(), 1, '{"uses":400,"usual":3}') RETURNING id`,
    [ids.clients?.[0] ?? ""],
  );
  ids.detections = found.map(({ id }) => id);
  ids.addresses = ["192.0.2.1"];
  contents = await openContents(process.env.DATABASE_URL ?? "");
  for (const [table, column] of Object.entries(NAMED))
    await contents.run(`UPDATE ${table} SET ${column} = '${MARK} ' || left(${column}, 30)`);
  // who looks has a name without it: the frame shows it
  for (const role of ROLES) cookies.set(role, (await addTestPerson(api.db, role)).cookie);
  ids.approvals = [await askForApproval()];
  const [ended, disabled] = [await addTestPerson(api.db, "owner"), await addTestPerson(api.db, "owner")];
  await api.db.query("UPDATE admin_session SET ended_at = now() WHERE id = $1::uuid", [ended.sessionId]);
  await api.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [disabled.id]);
  strangers.set("nobody", "");
  strangers.set("a forged session", "tokenwarden.session=forged");
  strangers.set("an ended session", ended.cookie);
  strangers.set("the session of a disabled admin", disabled.cookie);
  before = await contents.read();
  actsBefore = (await api.db.query("SELECT FROM audit_entry")).length;
  bare = await startBareConsole(process.env.DATABASE_URL ?? "");
}, 120_000);
afterAll(async () => {
  await bare?.stop();
  await contents?.end();
  await api?.end();
});

async function askForApproval(): Promise<string> {
  await api.db.query("UPDATE approval_policy SET kinds = '{retention}'");
  const [organisation] = await api.db.query<{ version: number }>("SELECT version FROM organisation");
  const asker = await addTestPerson(api.db, "owner");
  const ask = () =>
    api.send({
      method: "PUT",
      path: "/api/v1/retention",
      role: null,
      body: JSON.stringify({ version: organisation?.version, expiredTokenDays: 120, leaving: [] }),
      headers: { cookie: asker.cookie, origin: "http://localhost:3000", "approval-reason": "because" },
    });
  const { subject } = (await (await ask()).json()) as { subject?: string };
  await proveFor(api.db, asker, subject ?? "");
  const response = await ask();
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

function addressOf(page: string, id?: string): string {
  if (page === "/[...unknown]") return "/no/such/page";
  const kind = ABOUT[page];
  return kind === undefined ? page : page.replace(/\[\w+\]/, id ?? ids[kind]?.[0] ?? "");
}

type Seen = { status: number; location: string; text: string };

async function see(address: string, cookie: string, headers: Record<string, string>): Promise<Seen> {
  let target = address;
  for (let hop = 0; ; hop += 1) {
    const response = await fetch(`${bare.origin}${target}`, {
      redirect: "manual",
      headers: { cookie, ...headers },
    });
    const text = await response.text();
    const location = response.headers.get("location") ?? "";
    // of a payload Next asks for its own mark in the address
    if (hop > 0 || !/[?&]_rsc\b/.test(location)) return { status: response.status, location, text };
    target = new URL(location, bare.origin).pathname + new URL(location, bare.origin).search;
  }
}

const isOpen = (page: string, role: Role) => {
  const access = PAGE_ACCESS[page];
  return access === undefined || access === "signed-in" || access === "public" || roleHas(role, access);
};

/** Sent to the door: before the first byte, or in what is streamed. Ahead of a click a page may not be asked yet. */
function expectTurnedAway({ status, location, text }: Seen, form: string, who: string): void {
  expect(text, `${who}, ${form}`).not.toContain(MARK);
  if (form === AHEAD) return;
  const isSent =
    (status === 307 && location.includes("/sign-in")) || /NEXT_REDIRECT;\w+;\/sign-in/.test(text);
  expect({ who, form, isSent, text: isSent ? "" : text.slice(0, 300) }).toMatchObject({ isSent: true });
}

describe.skipIf(!isBuilt)("P13: with the proxy, the door and the layouts gone", () => {
  test("each page with a segment has something that it is about", () => {
    const unknown = closed.filter((page) => page.includes("[") && !page.includes("...") && !ABOUT[page]);
    expect(unknown).toEqual([]);
    expect(Object.keys(ABOUT).filter((page) => (ids[ABOUT[page] ?? ""]?.length ?? 0) === 0)).toEqual([]);
  });

  test.each(closed)(
    "%s shows nothing to nobody, to ended sessions and to roles that it is not for",
    async (page) => {
      const address = addressOf(page);
      for (const [form, headers] of Object.entries(FORMS)) {
        const seen = await see(address, cookies.get("owner") ?? "", headers);
        if (!ELSEWHERE_NOW.has(page)) expect(seen.status, `${form}: ${seen.text.slice(0, 300)}`).toBe(200);
        expect(seen.text).not.toContain(REFUSED);
        // the control: what has a name shows it to who may see it
        if (ABOUT[page] !== undefined && !NAMELESS.has(page) && form !== AHEAD)
          expect(seen.text.includes(MARK), form).toBe(true);
        for (const [who, cookie] of strangers)
          expectTurnedAway(await see(address, cookie, headers), form, who);
        for (const role of ROLES.filter((one) => !isOpen(page, one))) {
          const other = await see(address, cookies.get(role) ?? "", headers);
          expect(other.text, `${role}, ${form}`).not.toContain(MARK);
          if (form !== AHEAD) expect(other.text, `${role}, ${form}`).toContain(REFUSED);
        }
      }
      for (const role of ROLES.filter((one) => one !== "owner" && isOpen(page, one))) {
        const seen = await see(address, cookies.get(role) ?? "", FORMS["without layouts"] ?? {});
        expect(seen.text, role).not.toContain(REFUSED);
      }
    },
  );

  test.each(closed.filter((page) => ABOUT[page] !== undefined))(
    "%s of something that is not there is not found",
    async (page) => {
      const address = addressOf(page, ABOUT[page] === "incidents" ? "999999999" : FOREIGN);
      for (const role of ROLES)
        for (const form of ["as HTML", "without layouts"]) {
          const { status, text } = await see(address, cookies.get(role) ?? "", FORMS[form] ?? {});
          expect(text, `${role}, ${form}`).not.toContain(MARK);
          if (!isOpen(page, role)) continue;
          if (form === "as HTML") expect(status, role).toBe(404);
          else expect(text, role).toContain("NEXT_HTTP_ERROR_FALLBACK;404");
        }
    },
  );

  test("P15: nothing of all that was read here has changed anything; a look at a case is on record", async () => {
    const acts = await api.db.query<{ act: string }>(
      "SELECT act FROM audit_entry ORDER BY sequence OFFSET $1::int",
      [actsBefore],
    );
    expect(new Set(acts.map(({ act }) => act))).toEqual(new Set(["incident.viewed"]));
    expect(changedTables(before, await contents.read())).toEqual(["audit_chain", "audit_entry"]);
  });
});
