import { z } from "zod";
import { JOURNEY_STATES, SEEN_WAYS, STANDINGS } from "#lib/propagation/model.ts";
import { CHECK_WAYS, VERIFIER_MODES } from "#lib/verifiers/model.ts";
import { instant } from "./paging.ts";

const journeyRow = z.object({
  verifierId: z.uuid(),
  name: z.string(),
  audiences: z.array(z.string()),
  formerAudiences: z.array(z.string()),
  isDisabled: z.boolean(),
  mode: z.enum(VERIFIER_MODES),
  checkWay: z.enum(CHECK_WAYS),
  seenWays: z.array(z.enum(SEEN_WAYS)),
  state: z.enum(JOURNEY_STATES),
  acknowledgedAt: instant.nullable(),
  until: instant.nullable(),
  says: z.string(),
  acceptedAt: instant.nullable(),
  instances: z.object({ count: z.int(), acknowledged: z.int() }),
  lastHeardAt: instant.nullable(),
});

/** `until` of a row: from when on it refuses for certain; past where its state is `reached`. */
export const journey = z.object({
  order: z.object({
    id: z.uuid(),
    position: z.string(),
    verb: z.string(),
    standing: z.string(),
    committedAt: instant,
    holdsFrom: instant,
    /** When a suspension ended, by itself or by a restore. */
    endedAt: instant.nullable(),
  }),
  at: instant,
  lastTokenAt: instant.nullable(),
  isExact: z.boolean(),
  reached: z.int(),
  open: z.int(),
  everywhereAt: instant.nullable(),
  rows: z.array(journeyRow),
});

export const verifierPropagation = z.object({
  verifierId: z.uuid(),
  name: z.string(),
  checkWay: z.enum(CHECK_WAYS),
  mode: z.enum(VERIFIER_MODES),
  isDisabled: z.boolean(),
  standing: z.enum(STANDINGS),
  says: z.string(),
  seenWays: z.array(z.enum(SEEN_WAYS)),
  behindBy: z.int(),
  silentSince: instant.nullable(),
  instances: z.object({ live: z.int(), count: z.int() }),
  oldVersion: z.string().nullable(),
  lastHeardAt: instant.nullable(),
});
