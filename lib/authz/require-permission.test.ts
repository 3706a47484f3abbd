import { expect, test } from "vitest";
import { roleThatHolds } from "./require-permission.ts";
import { ROLES, type Role } from "./roles.ts";

const token = (role: Role, creatorRole?: Role | null) =>
  ({
    kind: "api_token",
    id: "1",
    name: "ci",
    role,
    isUnattended: false,
    personId: "2",
    ...(creatorRole === undefined ? {} : { creatorRole }),
  }) as const;

/** What holds of an API token, by its own role and its creator's of now: of two that each have what the other has not, no role at all. */
const HOLDS: Record<Role, Record<Role, Role | null>> = {
  owner: { owner: "owner", responder: "responder", governor: "governor", auditor: "auditor" },
  responder: { owner: "responder", responder: "responder", governor: null, auditor: null },
  governor: { owner: "governor", responder: null, governor: "governor", auditor: null },
  auditor: { owner: "auditor", responder: null, governor: null, auditor: "auditor" },
};

test.each(ROLES.flatMap((role) => ROLES.map((creatorRole) => [role, creatorRole] as const)))(
  "an API token that is %s of who is %s by now holds the role that both allow, or none",
  (role, creatorRole) => {
    expect(roleThatHolds(token(role, creatorRole))).toBe(HOLDS[role][creatorRole]);
  },
);

test.each(ROLES)(
  "one of the command line, or from before its maker was kept, that is %s holds that",
  (role) => {
    expect([null, undefined].map((nobody) => roleThatHolds(token(role, nobody)))).toEqual([role, role]);
  },
);

test("an admin's is theirs", () => {
  expect(roleThatHolds({ kind: "admin", role: "governor" })).toBe("governor");
});
