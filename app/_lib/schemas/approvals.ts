import { z } from "zod";
import {
  APPROVAL_STATES,
  APPROVAL_WAYS,
  END_CAUSES,
  GUARDED_KINDS,
  POLICY_KINDS,
  RUN_BYS,
} from "#lib/approvals/model.ts";
import { instant } from "./paging.ts";

export const approvalRow = z.object({
  id: z.uuid(),
  way: z.enum(APPROVAL_WAYS),
  state: z.enum(APPROVAL_STATES),
  kinds: z.array(z.enum(GUARDED_KINDS)),
  summary: z.string(),
  reason: z.string(),
  requestedBy: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  runBy: z.enum(RUN_BYS),
  createdAt: instant,
  expiresAt: instant,
  decidedAt: instant.nullable(),
  decidedBy: z.string().nullable(),
  note: z.string().nullable(),
  endedAt: instant.nullable(),
  endCause: z
    .enum(END_CAUSES)
    .nullable()
    .describe(
      "Of a refused one: it would be another act, who asked may not do it any more, or who approved it may not.",
    ),
  changed: z
    .array(z.string())
    .describe("Of a refused one: what changed, or who is gone and since when, in words."),
  reviewedAt: instant.nullable(),
  reviewedBy: z.string().nullable(),
  reviewNote: z.string().nullable(),
});

export const openApprovals = z.object({
  toDecide: z.int().describe("Acts of others that this person may decide."),
  toDo: z.int().describe("Their own that were approved and are theirs to do."),
  toReview: z
    .array(z.object({ id: z.uuid(), summary: z.string(), by: z.string(), reason: z.string(), at: instant }))
    .describe("What other owners did without a second person, for owners, the oldest first."),
});

const count = z.object({ value: z.int(), isExact: z.boolean() });
const named = count.extend({ names: z.array(z.object({ id: z.string(), name: z.string() })) });
const values = z.record(z.string(), z.unknown()).nullable();

export const approvalDetail = approvalRow.extend({
  method: z.string(),
  path: z.string(),
  shown: z.object({
    sentences: z.array(z.string()),
    plan: z
      .object({
        tokens: count,
        users: named,
        clients: named,
        verifiers: named,
        remains: z.array(z.string()).optional().describe("What goes on all the same, in sentences."),
      })
      .nullable(),
    acts: z.array(
      z.object({
        act: z.string(),
        target: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
        reason: z.string().nullable(),
        note: z.string().nullable(),
        before: values,
        after: values,
      }),
    ),
    actCount: z.int(),
    counts: z
      .array(z.object({ act: z.string(), count: z.int() }))
      .describe("How many there are of each act; empty for an approval from before it was kept."),
  }),
  permissions: z.array(z.string()),
  isKept: z.boolean(),
  may: z.object({
    decide: z.boolean(),
    withdraw: z.boolean(),
    run: z.boolean(),
    review: z.boolean(),
    check: z.boolean().describe("Have it looked at whether it would still do the same."),
    askAgain: z.boolean().describe("Have it planned and tried out anew, with the same reason."),
  }),
  whyNot: z.string().nullable(),
  receives: z
    .string()
    .nullable()
    .describe(
      "Who is given the link or API token that it answers, and whom that lets in, in words; null where it answers none, and once it is done or over.",
    ),
  forYou: z.array(z.string()).describe("What it takes from who looks at it themselves, in words."),
});

export const approvalCheck = z.object({
  at: instant,
  isStale: z.boolean().describe("Whether approving it would be refused."),
  endCause: z
    .enum(END_CAUSES)
    .nullable()
    .describe("Why: it would be another act, or who asked or approved may not any more."),
  changed: z.array(z.string()).describe("What would be otherwise, or who is gone and since when, in words."),
  says: z.array(z.string()).describe("What began since it was planned, and is no part of it."),
  again: z
    .object({ isPossible: z.boolean(), why: z.string().nullable() })
    .nullable()
    .describe(
      "For who asked, of what is refused or over: whether asking again would come to anything, and why not.",
    ),
});

export const approvalPolicy = z.object({
  kinds: z.array(z.enum(POLICY_KINDS)),
  bulkTokens: z.int(),
  owners: z.int().describe("Owners who count: enabled, with a factor of their own or a provider."),
  ownersIn: z.int().describe("Of these, who can come in now: fewer than two, and nothing can be approved."),
  isOn: z.boolean(),
  version: z.int(),
  updatedAt: instant,
});
