import { expect, test } from "vitest";
import type { IdentifiedValue } from "#lib/incidents/model.ts";
import {
  casedOf,
  casedTokens,
  casesOf,
  firstOf,
  ownOf,
  restOf,
  suggestedSeverity,
  suggestedTitle,
} from "./look-up.ts";

type Cases = NonNullable<IdentifiedValue["token"]>["cases"];

const value = (is: IdentifiedValue["is"], state: string | null, cases: Cases = []): IdentifiedValue => ({
  is,
  token:
    is === "foreign"
      ? null
      : {
          id: `${is} ${state}`,
          familyId: null,
          kind: "access",
          format: "jwt",
          state,
          holder: "a@example.test",
          client: "app",
          expiresAt: null,
          cases,
        },
  secret: null,
  own: null,
});

const secret = (clientUuid: string, is: "live" | "ended", cases: Cases = []): IdentifiedValue => ({
  is,
  token: null,
  secret: {
    id: `secret of ${clientUuid} ${is}`,
    hint: "abcd",
    clientId: clientUuid,
    clientName: "Billing",
    clientUuid,
    isEnough: true,
    permissions: [],
    audiences: [],
    expiresAt: null,
    cases,
  },
  own: null,
});

test("a client's secret is what a case can be about: high while it gets tokens, named after its client, and each once", () => {
  const found = [secret("billing", "live"), secret("billing", "ended"), value("foreign", null)];
  expect(suggestedSeverity(found)).toBe("high");
  expect(suggestedSeverity([secret("billing", "ended")])).toBe("low");
  expect(suggestedTitle(found)).toBe("Leaked secrets of billing");
  expect(suggestedTitle(found.slice(0, 1))).toBe("Leaked secret of billing");
  const secretIds = ["secret of billing live", "secret of billing ended"];
  expect(casedOf([...found, ...found])).toEqual({ tokenIds: [], secretIds });
  const many = Array.from({ length: 51 }, (_, index) => `s${index}`);
  const { body, rest } = firstOf({ tokenIds: ["t"], secretIds: many });
  expect([body.tokenIds, body.secretIds.length, rest]).toEqual([
    ["t"],
    50,
    { tokenIds: [], secretIds: ["s50"] },
  ]);
});

test("a secret of the product's own is told once, however it was pasted, those that work first; no case is opened on it here", () => {
  const own = (name: string, is: "live" | "ended"): IdentifiedValue => ({
    is,
    token: null,
    secret: null,
    own: { kind: "api_token", name, hint: "abcd", ownerId: "1", expiresAt: null, cases: [] },
  });
  const found = [own("audit", "ended"), own("deploy", "live"), value("foreign", null), own("deploy", "live")];
  expect(ownOf(found).map(({ name, works }) => [name, works])).toEqual([
    ["deploy", true],
    ["audit", false],
  ]);
  expect(casedOf(found)).toEqual({ tokenIds: [], secretIds: [] });
  expect(ownOf([value("foreign", null)])).toEqual([]);
});

test("a case that holds one secret of a client and not the other lacks it", () => {
  const three = { number: 3, title: "Gist", state: "open" } as const;
  const found = [secret("billing", "ended", [three]), secret("billing", "live")];
  expect(casesOf(found)).toEqual([{ ...three, held: 1 }]);
  expect(restOf(found, 3)).toEqual({ tokenIds: [], secretIds: ["secret of billing live"] });
  expect(restOf(found.slice(0, 1), 3)).toEqual({ tokenIds: [], secretIds: [] });
});

test("a token that is named by a value with a cut signature counts as leaked: the case is about it, and as severe", () => {
  const cut = [value("differs", "active"), value("foreign", null)];
  expect(suggestedSeverity(cut)).toBe("high");
  expect(casedTokens(cut)).toEqual(["differs active"]);
});

test("what works no more, or is on record no more, is of low severity", () => {
  expect(suggestedSeverity([value("ended", "expired"), value("differs", "revoked")])).toBe("low");
  expect(suggestedSeverity([value("left", null), value("foreign", null)])).toBe("low");
  expect(casedTokens([value("left", null)])).toEqual([]);
});

test("the open case with the most of it comes first, each with how many of the tokens it holds", () => {
  const [two, three] = [
    { number: 2, title: "Gist", state: "contained" },
    { number: 3, title: "Log", state: "open" },
  ] as const;
  const found = [
    value("live", "active", [three, two]),
    value("suspended", "suspended", [two]),
    // the same token once more
    value("live", "active", [three, two]),
    value("foreign", null),
  ];
  expect(casesOf(found)).toEqual([
    { ...two, held: 2 },
    { ...three, held: 1 },
  ]);
  expect(restOf(found, 2).tokenIds).toEqual([]);
  expect(restOf(found, 3).tokenIds).toEqual(["suspended suspended"]);
  const more = [...found, value("ended", "revoked"), value("differs", "active"), value("left", null)];
  expect(restOf(more, 3).tokenIds).toEqual(["suspended suspended", "ended revoked", "differs active"]);
  expect(casesOf([value("ended", "revoked")])).toEqual([]);
});
