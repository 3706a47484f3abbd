import { describe, expect, test } from "vitest";
import type { StandingOrder, TokenDetail } from "#lib/tokens/model.ts";
import { lifelineMarks, lifelinePhases, refusedWords } from "./lifeline-marks.ts";
import { refusingOrder } from "./propagation-window.ts";
import { refusedSpans } from "./refused-spans.ts";

const at = (minutesAndSeconds: string) => `2026-11-29T22:${minutesAndSeconds}.000Z`;

function order(
  verb: StandingOrder["verb"],
  from: string,
  change: Partial<StandingOrder> = {},
): StandingOrder {
  return {
    id: `${verb} ${from}`,
    verb,
    targetKind: "token",
    targetId: "t",
    targetName: "t",
    reason: "token_leaked",
    note: "",
    actorKind: "admin",
    actorId: "a",
    actorName: "a",
    createdAt: at(from),
    effectiveFrom: at(from),
    expiresAt: null,
    until: null,
    isCancelled: false,
    decides: false,
    ...change,
  };
}

/** What of a token its lifeline is made of. */
function tokenWith(change: Partial<TokenDetail> = {}): TokenDetail {
  return {
    id: "t",
    state: "active",
    issuedAt: at("35:27"),
    expiresAt: at("45:27"),
    endedAt: null,
    orders: [],
    lineage: [],
    ...change,
  } as TokenDetail;
}

const NONE = { revoked: 0, expired: 0, suspended: 0 };
const marksOf = (token: TokenDetail, now: string) =>
  lifelineMarks(token, refusedSpans(token, new Date(at(now))), null).map(
    ({ at: when, word }) => `${when.slice(14, 19)} ${word}`,
  );
const phasesOf = (token: TokenDetail, now: string, from: string) =>
  lifelinePhases(token, refusedSpans(token, new Date(at(now))), at(from), at(now)).map(
    ({ name, from: start, to }) => `${name} ${start.slice(14, 19)}–${to.slice(14, 19)}`,
  );

describe("a token that was suspended, expired and was revoked then", () => {
  const token = tokenWith({
    state: "revoked",
    endedAt: at("46:32"),
    orders: [order("suspend", "41:27"), order("revoke", "46:32", { decides: true })],
  });

  test("has a mark of each, and the attempts that were refused for each", () => {
    const refusedAs = { suspended: 476, expired: 129, revoked: 1_109 };
    expect(refusedWords(refusedAs)).toBe("Refused: 476 as suspended, 129 as expired, 1,109 as revoked.");
    expect(refusedWords(NONE)).toBeNull();
    expect(marksOf(token, "50:00")).toEqual([
      "35:27 issued",
      "41:27 suspended",
      "45:27 expired",
      "46:32 revoked",
    ]);
  });

  test("was in other hands until it was suspended, and refused from then on", () => {
    expect(phasesOf(token, "50:00", "38:00")).toEqual([
      "before 35:27–38:00",
      "during 38:00–41:27",
      "refused after 41:27–50:00",
    ]);
  });
});

test("a token that was revoked before its expiry never expired", () => {
  const token = tokenWith({ state: "revoked", orders: [order("revoke", "40:00", { decides: true })] });
  expect(marksOf(token, "50:00")).toEqual(["35:27 issued", "40:00 revoked"]);
});

test("a token that was given back works again between its suspensions, which overlap as one", () => {
  const token = tokenWith({
    state: "suspended",
    orders: [
      order("suspend", "37:00", { until: at("39:00") }),
      order("suspend", "38:00", { targetKind: "client", until: at("40:00") }),
      order("restore", "39:00"),
      order("suspend", "39:30", { isCancelled: true }),
      order("suspend", "42:00", { until: at("48:00"), decides: true }),
    ],
  });
  expect(marksOf(token, "44:00")).toEqual([
    "35:27 issued",
    "37:00 suspended",
    "40:00 works again",
    "42:00 suspended",
  ]);
  expect(phasesOf(token, "44:00", "36:00")).toEqual([
    "before 35:27–36:00",
    "during 36:00–37:00",
    "refused after 37:00–40:00",
    "during 40:00–42:00",
    "refused after 42:00–44:00",
  ]);
});

test("of one that was suspended again and again as many marks are drawn as find room", () => {
  const minutes = ["36:00", "37:00", "38:00", "39:00", "40:00", "41:00"];
  const suspended = minutes.map((from) => order("suspend", from, { until: at(from.replace(":00", ":30")) }));
  const token = tokenWith({
    state: "revoked",
    orders: [...suspended, order("revoke", "42:00", { decides: true })],
  });
  expect(marksOf(token, "50:00")).toEqual([
    "35:27 issued",
    "39:00 suspended",
    "40:00 suspended",
    "41:00 suspended",
    "42:00 revoked",
  ]);
});

test("a suspension after the end, and an order that has not begun, mark nothing", () => {
  const token = tokenWith({
    state: "expired",
    orders: [order("suspend", "46:00"), order("revoke", "59:00")],
  });
  expect(marksOf(token, "50:00")).toEqual(["35:27 issued", "45:27 expired"]);
  expect(marksOf(tokenWith(), "44:00")).toEqual(["35:27 issued"]);
  expect(phasesOf(tokenWith(), "44:00", "30:00")).toEqual(["during 35:27–44:00"]);
});

test("a refresh token that was exchanged, and whose family was revoked then, has both marks", () => {
  const node = { id: "t", consumedAt: at("36:00") } as TokenDetail["lineage"][number];
  const exchanged = tokenWith({ state: "consumed", endedAt: at("36:00") });
  expect(marksOf(exchanged, "50:00")).toEqual(["35:27 issued", "36:00 exchanged"]);
  const revoked = tokenWith({
    state: "revoked",
    lineage: [node],
    orders: [order("revoke", "38:00", { targetKind: "family", decides: true })],
  });
  expect(marksOf(revoked, "50:00")).toEqual(["35:27 issued", "36:00 exchanged", "38:00 revoked"]);
});

test("of a revocation of which no order is left the token's own standing tells", () => {
  expect(marksOf(tokenWith({ state: "revoked", endedAt: at("40:00") }), "50:00")).toEqual([
    "35:27 issued",
    "40:00 revoked",
  ]);
});

describe("the order by which a token is refused up to now", () => {
  const refusing = (token: TokenDetail, now = "50:00") =>
    refusingOrder(token, refusedSpans(token, new Date(at(now))));
  const revoked = order("revoke", "44:00", { decides: true });

  test("is the suspension that a revocation came upon: every verifier that had that refused it by then", () => {
    const token = tokenWith({ state: "revoked", orders: [order("suspend", "41:00"), revoked] });
    expect(refusing(token)).toBe("suspend 41:00");
  });

  test("is the revocation where the suspension before it was given back", () => {
    const given = order("suspend", "41:00", { until: at("42:00") });
    expect(refusing(tokenWith({ state: "revoked", orders: [given, revoked] }))).toBe("revoke 44:00");
  });

  test("is none where it works, and where it had expired before: verifiers read that in the token", () => {
    expect(refusing(tokenWith(), "44:00")).toBeNull();
    const late = order("revoke", "46:00", { decides: true });
    expect(refusing(tokenWith({ state: "revoked", orders: [late] }))).toBeNull();
  });
});
