import { z } from "zod";
import { instant } from "./paging.ts";

const point = z.object({ number: z.int(), at: instant });

export const openRestore = z.object({
  restore: z
    .object({
      id: z.uuid(),
      foundAt: instant,
      mark: point,
      common: point.nullable(),
      lostActs: z.int(),
      lostCheckpoints: z.int(),
    })
    .nullable(),
});

export const confirmedRestore = z.object({
  id: z.uuid(),
  confirmedAt: instant,
  orderId: z.uuid().nullable(),
});
