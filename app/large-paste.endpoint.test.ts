import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { PASTE_MAX, SUBJECTS_AT_ONCE } from "#lib/incidents/model.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { type LookedUp, lookUp } from "./(console)/leak-desk/_components/look-up.ts";
import { type OpeningStand, openingOf } from "./(console)/leak-desk/_components/opening.ts";
import { startTestConsole, type TestConsole } from "./api/v1/test-console.ts";

let console: TestConsole;
let hashes: string[];

beforeAll(async () => {
  console = await startTestConsole();
  const clientId = await fixtureOf(console.db).client("billing");
  const first = await fixtureOf(console.db).token({ clientId });
  await console.db.query(
    `INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at,
       expires_at, value_hash)
     SELECT n.id, uuid_extract_timestamp(n.id), t.kind, t.format, t.client_id, t.subject, n.id, t.grant_type, t.scopes, t.groups, t.roles, t.audiences,
       t.claims, uuid_extract_timestamp(n.id), t.expires_at, sha256(n.id::text::bytea)
     FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, $2::int)) n WHERE t.id = $1::uuid`,
    [first.id, PASTE_MAX - 1],
  );
  const rows = await console.db.query<{ hash: string }>(
    "SELECT encode(value_hash, 'hex') AS hash FROM token",
  );
  hashes = rows.map(({ hash }) => hash);
}, 60_000);
afterEach(() => vi.unstubAllGlobals());
afterAll(() => console.end());

type Fault = "before" | "after" | null;

/** The browser's requests reach the routes of the API, as a responder's; `faultOf` breaks one before it comes there, or its answer on the way back. */
function connect(faultOf: (path: string, count: number) => Fault = () => null): string[] {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    const [, number] = /^\/api\/v1\/incidents\/(\d+)\/subjects$/.exec(address) ?? [];
    const path = number === undefined ? address : "/api/v1/incidents/{number}/subjects";
    sent.push(path);
    const fault = faultOf(path, sent.filter((one) => one === path).length);
    if (fault === "before") throw new TypeError("network");
    const { "content-type": _, ...headers } = init.headers as Record<string, string>;
    const answer = await console.send({
      method: init.method ?? "GET",
      path,
      role: "responder",
      body: init.body as string,
      headers,
      ...(number === undefined ? {} : { segments: { number } }),
    });
    if (fault === "after") throw new TypeError("network");
    return answer;
  });
  return sent;
}

const look = (): Promise<LookedUp> =>
  lookUp(
    {
      values: hashes.map((hash) => ({ hash })),
      lines: [],
      tokens: 0,
      secrets: 0,
      issuers: [],
      others: { again: [], part: [], left: [], secret: [], nothing: [], blank: [] },
      hasSecret: false,
      isCut: false,
    },
    () => {},
    new AbortController().signal,
  );

const ofTokens = (tokenIds: string[]) => ({ tokenIds, secretIds: [] });

const INCIDENTS = "/api/v1/incidents";
const SUBJECTS = `${INCIDENTS}/{number}/subjects`;

async function casesOf(title: string): Promise<{ number: number; tokens: number }[]> {
  return console.db.query(
    `SELECT i.number, (SELECT count(*)::int FROM incident_subject s WHERE s.incident_id = i.id) AS tokens FROM incident i WHERE i.title = $1::text`,
    [title],
  );
}

test("ten thousand pasted tokens of ours become one case, though both requests break and are pressed for again", async () => {
  const sent = connect();
  const { found } = await look();
  expect(sent).toHaveLength(10);
  expect(found.filter(({ is }) => is === "live")).toHaveLength(PASTE_MAX);
  const ids = found.flatMap(({ token }) => token?.id ?? []);

  const title = `A dump ${randomUUID()}`;
  const opening = openingOf(ofTokens(ids));
  const press = (words = title) => opening.go({ title: words, severity: "high" });
  const tries: { path: string; fault: Fault; stand: OpeningStand | null }[] = [
    { path: INCIDENTS, fault: "before", stand: null },
    // done, and its answer lost: the same request under the same key is that case
    { path: INCIDENTS, fault: "after", stand: null },
    { path: SUBJECTS, fault: "before", stand: { number: 1, added: SUBJECTS_AT_ONCE, of: PASTE_MAX } },
    { path: SUBJECTS, fault: "after", stand: { number: 1, added: SUBJECTS_AT_ONCE, of: PASTE_MAX } },
  ];
  for (const { path, fault, stand } of tries) {
    connect((asked) => (asked === path ? fault : null));
    await expect(press()).rejects.toMatchObject({ status: 0, code: "UNREACHABLE" });
    expect(opening.stand()).toEqual(stand);
  }
  const last = connect();
  expect(await press("Another title by now")).toBe(1);
  expect(last, "the case is not opened again").toEqual([SUBJECTS]);
  expect(opening.stand()).toEqual({ number: 1, added: PASTE_MAX, of: PASTE_MAX });
  expect(await casesOf(title)).toEqual([{ number: 1, tokens: PASTE_MAX }]);
  expect(await console.db.query("SELECT number FROM incident")).toHaveLength(1);
  const acts = await console.db.query<{ act: string }>(
    "SELECT act FROM audit_entry WHERE act LIKE 'incident.%' ORDER BY sequence",
  );
  expect(acts.map(({ act }) => act)).toEqual(["incident.opened", "incident.subjects_added"]);
}, 60_000);

test("what was refused is asked for anew, as it is said then", async () => {
  connect();
  const opening = openingOf(ofTokens([randomUUID()]));
  await expect(opening.go({ title: "No such token", severity: "low" })).rejects.toMatchObject({
    status: 400,
  });
  await expect(opening.go({ title: "Still none", severity: "low" })).rejects.toMatchObject({ status: 400 });
  const [token] = await console.db.query<{ id: string }>("SELECT id FROM token LIMIT 1");
  const one = openingOf(ofTokens([token?.id ?? ""]));
  await expect(one.go({ title: "", severity: "low" })).rejects.toMatchObject({ status: 400 });
  await one.go({ title: "One token", severity: "low" });
  expect(await casesOf("One token")).toHaveLength(1);
});
