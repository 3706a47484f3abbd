import { expect, test } from "vitest";
import { roleThatHolds } from "./require-permission.ts";
import type { Role } from "./roles.ts";

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

test.each<[Role, Role | null | undefined, Role]>([
  ["owner", "owner", "owner"],
  ["owner", "auditor", "auditor"],
  ["owner", "responder", "responder"],
  ["owner", "governor", "governor"],
  ["responder", "owner", "responder"],
  ["auditor", "owner", "auditor"],
  ["owner", null, "owner"],
  ["governor", undefined, "governor"],
])("an API token that is %s of who is %s by now holds %s", (role, creatorRole, holds) => {
  expect(roleThatHolds(token(role, creatorRole))).toBe(holds);
});

test("an admin's is theirs", () => {
  expect(roleThatHolds({ kind: "admin", role: "governor" })).toBe("governor");
});
