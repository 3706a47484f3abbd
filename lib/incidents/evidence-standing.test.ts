import { expect, test } from "vitest";
import type { TokenRow, TokenState } from "../tokens/model.ts";
import { standingOf } from "./evidence-standing.ts";
import type { OwnSecretOfCase } from "./model.ts";

const ownSecret = (
  name: string,
  works: boolean,
  { kind = "api_token", isHeld = false }: Partial<OwnSecretOfCase> = {},
): OwnSecretOfCase => ({
  kind,
  ownerId: name,
  name: `the API token ${name}`,
  hint: "ab12",
  works,
  until: null,
  isHeld,
});
const of = (
  states: readonly TokenState[],
  {
    isCut = false,
    open = 0,
    own = [] as OwnSecretOfCase[],
    clients = { taken: [] as string[], held: [] as string[] },
  } = {},
) => standingOf({ rows: states.map((state) => ({ state }) as TokenRow), isCut }, [{ open }], clients, own);

test("a pack says of one token that it works, is suspended, or is refused for good", () => {
  expect(of(["active"])).toMatchObject({
    is: "works",
    works: 1,
    says: ["The token still works: whoever holds it is let in."],
  });
  expect(of(["not_yet_valid"]).works).toBe(1);
  expect(of(["suspended"])).toMatchObject({
    is: "held",
    works: 0,
    suspended: 1,
    says: [
      "The token is suspended: refused now, can be given back, and works again when its suspension is over.",
    ],
  });
  for (const state of ["revoked", "expired", "consumed"] as const)
    expect(of([state])).toMatchObject({
      is: "refused",
      says: ["The token is refused now, and will not work again."],
    });
});

test("a pack says how many of its tokens work, are suspended, and that some were not looked at", () => {
  expect(of(["active", "active"]).says).toEqual(["All 2 tokens still work: whoever holds one is let in."]);
  expect(of(["active", "suspended", "revoked"]).says).toEqual([
    "1 of the 3 tokens still works: whoever holds one is let in.",
    "1 of them is suspended: refused now, can be given back, and works again when the suspension is over.",
  ]);
  expect(of(["suspended", "suspended"]).says).toEqual([
    "None of the 2 tokens works now. 2 of them are suspended: refused now, can be given back, and work again when the suspension is over.",
  ]);
  expect(of(["revoked", "expired"]).says).toEqual([
    "None of the 2 tokens works: each is refused, and will not work again.",
  ]);
  expect(of(["revoked", "expired"], { isCut: true }).says[0]).toContain("2 tokens that were looked at");
  expect(of([]).says).toEqual(["The case has no token that is on record."]);
});

test("a pack says where verifiers can still accept what was taken back", () => {
  expect(of(["suspended", "revoked"], { open: 1 }).is).toBe("works");
  expect(of(["revoked"], { open: 2 }).says).toEqual([
    "The token is refused now, and will not work again.",
    "Some verifiers can still accept what was taken back: under Orders, each with until when.",
  ]);
});

test("a pack says which secret of this product still works, and that none does", () => {
  expect(of(["revoked"], { own: [ownSecret("deploy", true), ownSecret("audit", false)] })).toMatchObject({
    is: "works",
    ownSecrets: ["the API token deploy (…ab12)"],
    says: [
      "The token is refused now, and will not work again.",
      "What leaked of this product still works: the API token deploy (…ab12). Whoever holds it is let in.",
    ],
  });
  expect(of([], { own: [ownSecret("deploy", false)] })).toMatchObject({
    is: "refused",
    ownSecrets: [],
    says: ["The secret of this product that leaked is refused now, and will not work again."],
  });
});

test("a pack says of what is refused only while its owner is disabled that it works again, and never that it will not", () => {
  const verifier = ownSecret("v", false, { kind: "verifier_secret", isHeld: true });
  expect(of(["revoked"], { own: [verifier, ownSecret("gone", false)] })).toMatchObject({
    is: "held",
    ownSecrets: [],
    heldOwnSecrets: ["the API token v (…ab12)"],
    says: [
      "The token is refused now, and will not work again.",
      "What leaked of this product, the API token v (…ab12), is refused only while the verifier is disabled: it works again when that is enabled. End the secret.",
    ],
  });
  expect(of([], { own: [ownSecret("deploy", false, { isHeld: true })] })).toMatchObject({
    is: "held",
    says: [
      expect.stringContaining("only while whoever made it cannot sign in: it works again when they can"),
    ],
  });
  expect(of(["revoked"], { clients: { taken: [], held: ["billing"] } })).toMatchObject({
    is: "held",
    secrets: [],
    heldSecrets: ["billing"],
    says: [
      "The token is refused now, and will not work again.",
      "A secret of billing that leaked is refused only while the client is disabled: it gets tokens again when that is enabled. End the secret.",
    ],
  });
  expect(of([], { own: [verifier], clients: { taken: ["billing"], held: [] } }).is).toBe("works");
});
