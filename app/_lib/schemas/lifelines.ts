import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { useHistogram } from "#app/_lib/schemas/tokens.ts";
import { LIFELINE_KINDS, MARK_KINDS } from "#lib/lifelines/model.ts";

const totals = z.object({ issued: z.int(), allowed: z.int(), refused: z.int() });

export const lifeline = useHistogram.extend({
  subject: z.object({
    kind: z.enum(LIFELINE_KINDS),
    id: z.string(),
    name: z.string(),
    holder: z
      .object({
        client: z.object({ id: z.string(), clientId: z.string(), name: z.string() }),
        user: z.object({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
      })
      .nullable(),
  }),
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
  marks: z.array(
    z.object({ at: instant, what: z.enum(MARK_KINDS), isPart: z.boolean(), href: z.string().nullable() }),
  ),
  isMarksCut: z.boolean(),
  propagation: z.object({ orderId: z.string(), from: instant, to: instant.nullable() }).nullable(),
  split: z.object({ at: instant, before: totals, since: totals, isExact: z.boolean() }).nullable(),
});

const usedBy = {
  id: z.string(),
  name: z.string(),
  uses: z.int(),
  refused: z.int(),
  firstAt: instant,
  lastAt: instant,
};
const listOf = <Line extends z.ZodRawShape>(line: Line) =>
  z.object({ rows: z.array(z.object(line)), total: z.int() });

export const useHolders = z.object({
  holders: z
    .object({
      uses: z.int(),
      isCut: z.boolean(),
      tokens: listOf({ ...usedBy, kind: z.string() }),
      clients: listOf(usedBy),
      users: listOf(usedBy),
      verifiers: listOf(usedBy),
      addresses: listOf({
        ...usedBy,
        country: z.string().nullable(),
        network: z.string().nullable(),
        networkName: z.string().nullable(),
      }),
    })
    .nullable(),
});
