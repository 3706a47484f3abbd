import { z } from "zod";
import { FINDING_KINDS, FINDING_OUTCOMES, SCANNER_ACTIONS } from "#lib/scanners/model.ts";
import { instant } from "./paging.ts";
import { secretRef } from "./secrets.ts";

export const scannerDetail = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(["enabled", "disabled"]),
  action: z.enum(SCANNER_ACTIONS),
  hours: z.int().nullable(),
  reports: z.int(),
  values: z.int(),
  unknown: z.int(),
  lastReportedAt: instant.nullable(),
  createdAt: instant,
  secrets: z.array(secretRef),
  updatedAt: instant,
  version: z.int(),
});

/** `secret` is in this answer alone. */
export const createdScanner = z.object({ scanner: scannerDetail, secret: z.string() });

export const leakReportRow = z.object({
  id: z.uuid(),
  scanner: z.object({ id: z.uuid(), name: z.string() }),
  receivedAt: instant,
  lastReceivedAt: instant,
  times: z.int(),
  values: z.int(),
  unknown: z.int(),
  findings: z.array(
    z.object({
      kind: z.enum(FINDING_KINDS),
      tokenId: z.uuid().nullable(),
      clientId: z.uuid().nullable(),
      ownerId: z
        .uuid()
        .nullable()
        .describe("Of an API token, or a secret of a verifier or scanner: whose it is."),
      name: z.string(),
      type: z.string(),
      url: z.string().nullable(),
      source: z.string().nullable(),
      outcome: z.enum(FINDING_OUTCOMES),
      orderId: z.uuid().nullable(),
    }),
  ),
  incidentNumber: z.int().nullable(),
});
