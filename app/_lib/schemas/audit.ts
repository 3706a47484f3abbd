import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { USE_OUTCOMES } from "#lib/audit/model.ts";

/** A page of a log: it grows all the time and is not counted. */
export function logPageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), next: z.string().nullable(), previous: z.string().nullable() });
}

export const tokenUseRow = z.object({
  id: z.string(),
  receivedAt: instant,
  at: instant,
  outcome: z.enum(USE_OUTCOMES),
  refusal: z.string().nullable(),
  source: z.string(),
  token: z.object({ id: z.string(), kind: z.string() }),
  familyId: z.string(),
  client: z.object({ id: z.string(), clientId: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
  subject: z.string(),
  verifier: z.object({ id: z.string(), name: z.string() }).nullable(),
  audience: z.string().nullable(),
  method: z.string().nullable(),
  path: z.string().nullable(),
  ip: z.string().nullable(),
  country: z.string().nullable(),
  userAgent: z.string().nullable(),
  status: z.int().nullable(),
  bytes: z.int().nullable(),
  latencyMicroseconds: z.int().nullable(),
  chain: z.object({ writer: z.string(), flush: z.string(), ordinal: z.int() }),
});

const useFacet = z.array(z.object({ value: z.string(), count: z.int() }));

export const useFacets = z.object({
  from: instant,
  to: instant,
  isCounted: z.boolean(),
  facets: z.object({
    outcome: useFacet,
    refusal: useFacet,
    source: useFacet,
    client: useFacet,
    verifier: useFacet,
    country: useFacet,
  }),
});

const usedBetween = { uses: z.int(), refused: z.int(), firstAt: instant, lastAt: instant };

export const useSummary = z.object({
  summary: z
    .object({
      uses: z.int(),
      isCut: z.boolean(),
      lookedAt: z.int(),
      firstAt: instant.nullable(),
      lastAt: instant.nullable(),
      bytes: z.int().nullable(),
      countries: z.int(),
      networks: z.int(),
      places: z.array(
        z.object({
          country: z.string().nullable(),
          network: z.string().nullable(),
          networkName: z.string().nullable(),
          ...usedBetween,
        }),
      ),
      endpoints: z.array(z.object({ endpoint: z.string(), ...usedBetween })),
      statuses: z.array(z.object({ status: z.int(), uses: z.int() })),
    })
    .nullable(),
});

const mapLine = {
  uses: z.int(),
  counts: z.record(z.string(), z.int()),
  firstAt: instant,
  lastAt: instant,
};

export const useMap = z.object({
  uses: z.int(),
  isCut: z.boolean(),
  networksOf: z.string().nullable(),
  countries: z.array(z.object({ country: z.string().nullable(), ...mapLine })),
  networks: z.array(
    z.object({
      country: z.string().nullable(),
      network: z.string().nullable(),
      networkName: z.string().nullable(),
      ...mapLine,
    }),
  ),
  moreNetworks: z.int(),
  known: z.object({ countries: z.int(), networks: z.int() }),
});

export const useMapOfLog = useMap.extend({
  addresses: z.array(z.object({ country: z.string().nullable(), ip: z.string().nullable(), ...mapLine })),
});

export const refusedCountRow = z.object({
  id: z.string(),
  minute: instant,
  asker: z.object({ kind: z.enum(["verifier", "client", "nobody"]), id: z.string(), name: z.string() }),
  ip: z.string().nullable(),
  refusal: z.string(),
  count: z.int(),
});

const named = z.object({ kind: z.string(), id: z.string(), name: z.string() });

export const auditEntryRow = z.object({
  id: z.string(),
  sequence: z.string(),
  at: instant,
  actor: named,
  act: z.string(),
  outcome: z.enum(["done", "refused"]),
  errorCode: z.string().nullable(),
  target: named,
  reason: z.string().nullable(),
  note: z.string().nullable(),
  requestId: z.string(),
  ip: z.string().nullable(),
});

export const auditEntryDetail = auditEntryRow.extend({
  erased: z.array(z.enum(["actor", "target", "content"])),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  userAgent: z.string().nullable(),
});

export const activityRow = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("use"), id: z.string(), at: instant, use: tokenUseRow }),
  z.object({ kind: z.literal("act"), id: z.string(), at: instant, entry: auditEntryRow }),
]);

const actCounts = { done: z.int(), refused: z.int() };

export const actHistogram = z.object({
  from: instant,
  to: instant,
  countedFrom: instant,
  bucketSeconds: z.int(),
  buckets: z.array(z.object({ at: instant, ...actCounts })),
  total: z.object(actCounts),
});
