import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson, type EvidencePack, packOf } from "./evidence.ts";
import { cutsOf, type PackExtent } from "./evidence-cuts.ts";
import { PHASES, type PhaseCount } from "./model.ts";

const none: PhaseCount = { uses: 0, allowed: 0, refused: 0, issued: 0 };
const byPhase = <T>(value: T) => Object.fromEntries(PHASES.map((phase) => [phase, value])) as never;
const whole = (of: number) => ({ listed: of, of });

const extent: PackExtent = {
  incident: { named: [], subjects: { token: 0, family: 0, user: 0, client: 0 } },
  notes: whole(3),
  tokens: { ...whole(5), isCut: false },
  left: 0,
  people: whole(2),
  services: whole(2),
  orders: whole(4),
  reach: whole(4),
  blastRadius: { more: { users: 0, clients: 0, sessions: 0 }, users: [], clients: [], sessions: [] },
  uses: {
    counts: byPhase(none),
    more: byPhase(0),
    isExact: true,
    bounds: { ofToken: 1_000, inAll: 200_000, tokensCut: 0, tokensLeftOut: 0 },
  },
  acts: whole(9),
  leakedActs: { ...whole(4), isExact: true },
  costly: 0,
};

test("a pack that is whole tells of no cut", () => {
  expect(cutsOf(extent)).toEqual([]);
});

test("each cut of a pack is told with its number", () => {
  const cut = { listed: 10, of: 4_711 };
  for (const change of [
    { notes: cut },
    { people: cut },
    { services: cut },
    { orders: cut },
    { reach: cut },
    { acts: cut },
    { leakedActs: { ...cut, isExact: true } },
    { tokens: { ...cut, isCut: false } },
    { incident: { named: [], subjects: { token: 4_711, family: 0, user: 0, client: 0 } } },
    { blastRadius: { ...extent.blastRadius, more: { users: 4_711, clients: 0, sessions: 0 } } },
    { blastRadius: { ...extent.blastRadius, more: { users: 0, clients: 4_711, sessions: 0 } } },
    { blastRadius: { ...extent.blastRadius, more: { users: 0, clients: 0, sessions: 4_711 } } },
    { left: 4_711 },
    { costly: 4_711 },
    {
      uses: {
        ...extent.uses,
        counts: { ...(byPhase<PhaseCount>(none) as object), during: { ...none, uses: 4_711 } } as never,
        more: { ...(byPhase(0) as object), during: 11 } as never,
      },
    },
  ] satisfies Partial<PackExtent>[]) {
    const lines = cutsOf({ ...extent, ...change });
    expect(lines, JSON.stringify(change)).toHaveLength(1);
    expect(lines[0]).toContain("4711");
  }
  const uses = { ...extent.uses, isExact: false };
  const bounds = { ofToken: 1_000, inAll: 200_000, tokensCut: 3, tokensLeftOut: 7 };
  expect(cutsOf({ ...extent, uses: { ...uses, bounds } }).join(" ")).toMatch(/Of 3 .*1000.*Of 7 .*200000/);
  expect(cutsOf({ ...extent, leakedActs: { ...whole(9), isExact: false } })[0]).toContain(
    "audit log has all",
  );
  expect(cutsOf({ ...extent, tokens: { ...whole(10_000), isCut: true } })[0]).toContain("10000");
});

test("the hash of a pack changes with anything that it states", () => {
  const stated = {
    format: "tokenwarden-evidence/4",
    generatedAt: "2026-11-28T12:00:00.000Z",
    incident: { sha256: "0" },
    affected: { people: [{ id: "1", name: "a" }] },
    tokens: { total: 5, states: { active: 5 }, isCut: false, rows: [] },
    blastRadius: { liveTokens: 5 },
    orders: [],
    reach: [{ orderId: "1", reached: 3, open: 1 }],
    uses: { counts: { during: { uses: 1 } }, rows: [] },
    acts: [],
    actsLeftOut: 0,
    truncated: [],
  } as unknown as Omit<EvidencePack, "integrity">;
  const { integrity, ...rest } = JSON.parse(JSON.stringify(packOf(stated))) as EvidencePack;
  expect(createHash("sha256").update(canonicalJson(rest)).digest("hex")).toBe(integrity.sha256);
  for (const change of [
    { reach: [{ orderId: "1", reached: 4, open: 0 }] },
    { tokens: { ...stated.tokens, total: 6 } },
    { uses: { ...stated.uses, counts: { during: { uses: 2 } } } },
    { blastRadius: { liveTokens: 0 } },
    { affected: { people: [] } },
    { truncated: ["Of 5 tokens the newest 1 are listed."] },
    { actsLeftOut: 1 },
    { generatedAt: "2026-11-28T12:00:01.000Z" },
  ])
    expect(packOf({ ...stated, ...change } as never).integrity.sha256).not.toBe(integrity.sha256);
});
