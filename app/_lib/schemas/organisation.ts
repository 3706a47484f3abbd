import { z } from "zod";
import { instant } from "./paging.ts";

export const organisation = z.object({
  name: z.string(),
  accessTokenTtlSeconds: z.int(),
  serviceTokenTtlSeconds: z.int(),
  accessTokenTtlMinSeconds: z.int(),
  accessTokenTtlMaxSeconds: z.int(),
  refreshTokenIdleSeconds: z.int(),
  refreshTokenAbsoluteSeconds: z.int(),
  refreshGraceSeconds: z.int(),
  authorizationCodeTtlSeconds: z.int(),
  idTokenTtlSeconds: z.int(),
  sessionIdleSeconds: z.int(),
  sessionAbsoluteSeconds: z.int(),
  clockSkewSeconds: z.int(),
  orderHorizonDays: z.int(),
  orderPlanMinutes: z.int(),
  wideOrderTokens: z.int(),
  version: z.int(),
  updatedAt: instant,
});
