import { expect, test } from "vitest";
import type { OwnSecretOfCase } from "#lib/incidents/model.ts";
import { incidentWords } from "../../_components/words.ts";
import { heldLines } from "./held-lines.ts";

const own = (isHeld: boolean): OwnSecretOfCase => ({
  kind: "verifier_secret",
  ownerId: "1",
  name: "a secret of the verifier v",
  hint: "ab12",
  works: false,
  until: null,
  isHeld,
});

test("a closed case says what of it is refused only for now, and nothing where all has ended", () => {
  expect(
    heldLines({ ownSecrets: [own(true)] }, { states: { suspended: 2, revoked: 1 } }, [
      { name: "billing", isHeld: true },
      { name: "shop", isHeld: false },
    ]),
  ).toEqual([
    "2 tokens of it are suspended: refused for now, and would work again when that is over or they are given back.",
    "A secret of billing that leaked is refused only while the client is disabled: it gets tokens again when that is enabled. End the secret.",
    "What leaked of this product, a secret of the verifier v (…ab12), is refused only while the verifier is disabled: it works again when that is enabled. End the secret.",
  ]);
  expect(
    heldLines({ ownSecrets: [own(false)] }, { states: { revoked: 1 } }, [{ name: "shop", isHeld: false }]),
  ).toEqual([]);
});

test("a closed case with something held is not said to be only written up; how many acts are older is said in English", () => {
  const closed = {
    state: "closed",
    worksAgain: null,
    openedBy: { kind: "admin", id: "1", name: "o" },
  } as const;
  expect(incidentWords.standsAs(closed, true)).toBe(
    "It is written up. Something of it is refused only for now, and would work again. Opened by o.",
  );
  expect(incidentWords.standsAs(closed, false)).toBe("It is written up. Opened by o.");
  expect(incidentWords.standsAs({ ...closed, state: "held" }, true)).not.toContain("written up");
  expect(incidentWords.moreActs(1, true)).toMatch(/^1 older one:/);
  expect(incidentWords.moreActs(9_951, false)).toMatch(/^9,951 or more older ones:/);
});
