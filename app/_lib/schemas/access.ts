import { z } from "zod";
import { POLICY_KINDS } from "#lib/approvals/model.ts";
import { ROLES } from "#lib/authz/roles.ts";
import { STEP_UP_KINDS } from "#lib/step-up/model.ts";

const role = z.enum(ROLES);

const obstacle = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("step_up"),
    of: z.enum(STEP_UP_KINDS),
    where: z.string().nullable(),
    shutsOut: z.boolean(),
  }),
  z.object({ kind: z.literal("four_eyes"), of: z.enum([...POLICY_KINDS, "policy"]) }),
  z.object({ kind: z.literal("typed") }),
  z.object({ kind: z.literal("owner_only") }),
]);

export const actRow = z.object({
  id: z.string(),
  method: z.string(),
  path: z.string(),
  summary: z.string(),
  permission: z.string().nullable(),
  area: z.string(),
  roles: z.array(role),
  obstacles: z.array(obstacle),
});

export const subject = z.object({
  kind: z.enum(["admin", "api_token"]),
  id: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  role,
  state: z.string(),
  creatorRole: z.enum(ROLES).nullable(),
  isUnattended: z.boolean(),
  whyNotNow: z.string().nullable(),
});

export const explained = z.object({
  subject,
  why: z.string(),
  areas: z.array(
    z.object({
      area: z.string(),
      permissions: z.array(
        z.object({
          permission: z.string(),
          allows: z.string(),
          may: z.boolean(),
          roles: z.array(role),
          obstacles: z.array(obstacle),
          acts: z.array(actRow),
        }),
      ),
    }),
  ),
});

export const whoMay = z.object({
  act: actRow,
  holders: z.array(subject.extend({ may: z.boolean(), why: z.string() })),
});
