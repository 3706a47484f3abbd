import { expect, test } from "vitest";
import { ACT_WORDS } from "../audit/act-words.ts";
import { actSentences } from "./act-sentences.ts";
import type { ShownAct } from "./model.ts";
import { summaryOf } from "./shown.ts";
import { planTitle } from "./title-words.ts";

const act = (name: string, upon: string, values: Partial<ShownAct> = {}): ShownAct => ({
  act: name,
  target: { kind: "x", id: "1", name: upon },
  reason: null,
  note: null,
  before: null,
  after: null,
  ...values,
});
const titled = (...acts: ShownAct[]) =>
  summaryOf("Changes something; in words", { acts, actCount: acts.length }, null);

test("an order by plan says how many tokens of how many users it is upon", () => {
  const exact = (value: number) => ({ value, isExact: true });
  const target = { kind: "client", id: "1", name: "reports-spa" } as const;
  const facts = { verb: "revoke", tokens: exact(1280), users: exact(40), target } as const;
  expect(planTitle(facts)).toBe("Revoke 1,280 live tokens of 40 users: client reports-spa");
  expect(planTitle({ ...facts, tokens: exact(1), users: exact(1) })).toBe(
    "Revoke 1 live token of 1 user: client reports-spa",
  );
  const wide = { kind: "everything", id: "everything", name: "everything" } as const;
  const atLeast = { value: 900, isExact: false };
  expect(planTitle({ ...facts, tokens: atLeast, users: atLeast, target: wide })).toBe(
    "Revoke at least 900 live tokens: everything",
  );
});

test("settings and keys say what they would do, and never their route's summary", () => {
  const policy = (before: object, after: object) =>
    titled(
      act("approval_policy.changed", "What wants a second person", {
        before: { ...before },
        after: { ...after },
      }),
    );
  expect(policy({ kinds: ["keys"] }, { kinds: ["keys", "exports"] })).toBe(
    "Want a second person for exports",
  );
  expect(policy({ kinds: ["keys", "bulk"] }, { kinds: ["keys"] })).toBe(
    "Want no second person any more for wide revocations",
  );
  expect(policy({ bulkTokens: 10 }, { bulkTokens: 1000 })).toBe(
    "Want a second person to revoke 1,000 tokens or more",
  );
  const rotation = act("key.created", "(made with it)", { after: { purpose: "access_token" } });
  expect(titled(rotation)).toBe("Rotate the key of access tokens");
  const named = act("sign_in_policy.updated", "Sign-in", { after: { breakGlassOwners: ["a@example.com"] } });
  expect(titled(named)).toBe("Name as break-glass owners: a@example.com");
  const compromised = [act("key.tokens_revoked", "k1"), act("key.compromised", "k1"), rotation];
  expect(titled(...compromised)).toBe("Declare the signing key k1 compromised");
  const mail = {
    ...act("mail_settings.updated", "E-mail"),
    target: { kind: "mail_settings", id: "1", name: "E-mail" },
  };
  expect(titled(mail)).toBe("Changes something");
});

test("what no plan describes says in sentences what it would do", () => {
  const off = act("sign_in_policy.updated", "Sign-in", {
    before: { localSignIn: true },
    after: { localSignIn: false, breakGlassOwners: ["b@example.com"], endedSessions: 3 },
  });
  const says = (...acts: ShownAct[]) => actSentences({ acts, actCount: acts.length });
  expect(says(off)).toEqual([
    expect.stringContaining("Nobody signs in by password or passkey any more"),
    "Nobody is left without a way in.",
    "The break-glass owners are then b@example.com.",
    "3 admin sessions end.",
  ]);
  for (const name of Object.keys(ACT_WORDS)) expect(says(act(name, "it")).join(" "), name).not.toBe("");
  expect(says()).toEqual([]);
});

test("one act says what it does to what; what has no words of its own what its route does", () => {
  const off = { before: { localSignIn: true }, after: { localSignIn: false } };
  expect(titled(act("sign_in_policy.updated", "sign-in", off))).toBe("Turn sign-in without a provider off");
  const role = { before: { role: "auditor" }, after: { role: "owner" } };
  expect(titled(act("admin.role_changed", "a@example.com", role))).toBe(
    "Make a@example.com Owner instead of Auditor",
  );
  expect(
    titled(act("admin.disabled", "a@example.com"), act("admin.invitation_withdrawn", "b@example.com")),
  ).toBe("Disable a@example.com");
  expect(titled(act("admin.invited", "a@example.com", { after: { role: "owner" } }))).toBe(
    "Invite a@example.com as Owner",
  );
  expect(titled(act("something.else", "it"))).toBe("Changes something: it");
  expect(titled()).toBe("Changes something");
  expect(titled(act("admin.disabled", "a"), act("admin.disabled", "b"))).toBe("Changes something: a");
});
