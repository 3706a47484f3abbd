import { z } from "zod";
import { auditEntryRow, tokenUseRow, useMap } from "#app/_lib/schemas/audit.ts";
import { idParams, instant } from "#app/_lib/schemas/paging.ts";
import { orderRow } from "#app/_lib/schemas/revocations.ts";
import { tokenRow } from "#app/_lib/schemas/tokens.ts";
import { API_TOKEN_STATES } from "#lib/api-tokens/model.ts";
import { ROLES } from "#lib/authz/roles.ts";
import { incidentNumber, stepName } from "#lib/incidents/input.ts";
import { ACT_PHASES } from "#lib/incidents/leaked-model.ts";
import {
  FOUND_AS,
  INCIDENT_STATES,
  PACK_FORMATS,
  PHASES,
  SEVERITIES,
  STEPS,
  SUBJECT_KINDS,
} from "#lib/incidents/model.ts";
import { OWN_SECRET_KINDS } from "#lib/scanners/model.ts";

export const numberParams = z.object({ number: incidentNumber });
export const evidenceFileParams = idParams.extend({ number: incidentNumber });
export const clientOfCaseParams = idParams.extend({ number: incidentNumber });
export const stepParams = z.object({ number: incidentNumber, step: stepName });

export const incidentRow = z.object({
  id: z.string(),
  number: z.int(),
  title: z.string(),
  state: z
    .enum(INCIDENT_STATES)
    .describe(
      "How it stands now: open while something of it works, held while some of its tokens are only suspended and can be given back, or a secret that leaked is refused only while its owner is disabled, contained where nothing works or can again.",
    ),
  severity: z.enum(SEVERITIES),
  openedAt: instant,
  openedBy: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  compromisedFrom: instant,
  containedAt: instant.nullable(),
  closedAt: instant.nullable(),
  subjects: z.record(z.enum(SUBJECT_KINDS), z.int()),
  ownSecretCount: z.int().describe("Secrets of this product that scanners reported."),
  stepsDone: z.int(),
});

export const evidenceFile = z.object({
  id: z.string(),
  number: z.int(),
  format: z.enum(PACK_FORMATS),
  fetchUntil: instant,
});

export const incidentNote = z.object({
  id: z.string(),
  step: z.enum(STEPS),
  text: z.string(),
  useId: z.string().nullable(),
  at: instant,
  by: z.object({ id: z.string(), name: z.string() }),
});

export const incidentDetail = incidentRow.extend({
  isSuggested: z.boolean(),
  compromisedWhy: z.string(),
  version: z.int(),
  named: z.array(
    z.object({
      kind: z.enum(SUBJECT_KINDS),
      id: z.string(),
      name: z.string(),
      addedAt: instant,
      addedBy: z.string(),
      bySecret: z
        .boolean()
        .describe(
          "A client of which a secret was reported: of its tokens those without a person are of the case.",
        ),
    }),
  ),
  steps: z.array(
    z.object({
      step: z.enum(STEPS),
      doneAt: instant.nullable(),
      doneBy: z.object({ id: z.string(), name: z.string() }).nullable(),
      what: z.string().nullable(),
    }),
  ),
  ownSecrets: z
    .array(
      z.object({
        kind: z.enum(OWN_SECRET_KINDS),
        ownerId: z.string().describe("The API token, verifier or scanner whose it is."),
        name: z.string(),
        hint: z.string().nullable().describe("Its last four characters, where they are known."),
        works: z.boolean(),
        until: instant
          .nullable()
          .describe("When it ends, or ended, by itself, where it does and that is known."),
        isHeld: z
          .boolean()
          .describe(
            "Refused now, only because its verifier or scanner is disabled, or whoever made the API token cannot sign in: it works again with them.",
          ),
      }),
    )
    .describe(
      "Secrets of this product that scanners reported. The case is open while one works, and held while one may work again.",
    ),
  worksAgain: z
    .object({
      tokens: z.int(),
      isCut: z.boolean(),
      secrets: z.array(z.string()).describe("Clients that still get tokens by a secret that leaked."),
      ownSecrets: z
        .array(z.string())
        .describe("Secrets of this product that leaked and work: whose, and how they end."),
    })
    .nullable(),
  notes: z.array(incidentNote),
});

export const incidentTokens = z.object({
  rows: z.array(tokenRow),
  liveIds: z.array(z.string()),
  states: z.record(z.string(), z.int()),
  total: z.int(),
  isCut: z.boolean(),
});

export const incidentOrders = z.object({
  rows: z.array(orderRow.extend({ isOfCase: z.boolean() })),
  leftOut: z.int(),
});

const opened = z.object({ name: z.string(), tokens: z.int(), live: z.int() });
const holder = z.object({
  id: z.string(),
  name: z.string(),
  isInCase: z.boolean(),
  liveTokens: z.int().nullable(),
});

export const blastRadius = z.object({
  secrets: z
    .array(
      z.object({
        clientId: z.string(),
        name: z.string(),
        isTaken: z.boolean().describe("Whether a secret that may have leaked still gets tokens."),
        isHeld: z
          .boolean()
          .describe("Whether one has not ended, and is refused only while the client is disabled."),
        isEnough: z.boolean().describe("Whether the secret alone gets tokens: client credentials."),
        permissions: z.array(z.string()),
        audiences: z.array(z.string()),
      }),
    )
    .describe("What whoever has a secret that was reported into the case gets by it."),
  apiTokens: z
    .object({
      rows: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          role: z.enum(ROLES),
          state: z.enum(API_TOKEN_STATES),
          madeByToken: z.object({ id: z.string(), name: z.string() }).nullable(),
          createdAt: instant,
          expiresAt: instant.nullable(),
          revokedAt: instant.nullable(),
          lastUsedAt: instant.nullable(),
          lastUsedIp: z.string().nullable(),
          isReported: z
            .boolean()
            .describe("False: it was made with one that was reported, at whatever depth."),
        }),
      ),
      more: z.int(),
    })
    .describe("API tokens that scanners reported into the case, and those that were made with them.")
    .optional(),
  permissions: z.array(opened),
  audiences: z.array(opened),
  verifiers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      audiences: z.array(z.string()),
      acceptsUntil: instant.nullable(),
    }),
  ),
  users: z.array(holder),
  clients: z.array(holder),
  sessions: z.array(z.object({ uid: z.string(), liveTokens: z.int() })),
  liveTokens: z.int(),
  more: z.object({ users: z.int(), clients: z.int(), sessions: z.int() }),
});

const phaseCount = z.object({ uses: z.int(), allowed: z.int(), refused: z.int(), issued: z.int() });

const splitUses = {
  compromisedFrom: instant,
  toleranceSeconds: z.int(),
  counts: z.record(z.enum(PHASES), phaseCount),
  isExact: z.boolean(),
  bounds: z.object({
    ofToken: z.int(),
    inAll: z.int(),
    tokensCut: z.int(),
    tokensLeftOut: z.int(),
  }),
  map: useMap,
};

export const incidentUses = z.object({
  ...splitUses,
  rows: z.array(tokenUseRow.extend({ phase: z.enum(PHASES), isMarked: z.boolean() })),
  more: z.record(z.enum(PHASES), z.int()),
  acts: z
    .object({
      counts: z.record(z.enum(ACT_PHASES), z.int()),
      isExact: z.boolean().describe("Whether all were looked at: else the counts are of the newest."),
      rows: z.array(auditEntryRow.extend({ phase: z.enum(ACT_PHASES) })),
      more: z.int(),
    })
    .describe(
      "Acts by the API tokens that leaked into the case, by those that were made with them, and upon them, newest first. Calls that were refused because one had ended are among them, as `after`; what they only read is on no record.",
    ),
});

export const compromiseWindow = z.object({
  ...splitUses,
  isSuggested: z.boolean(),
  why: z.string().nullable(),
  tokens: z.int(),
});

export const identifiedValues = z.object({
  values: z.array(
    z.object({
      is: z.enum(FOUND_AS),
      token: z
        .object({
          id: z.string(),
          familyId: z.string().nullable(),
          kind: z.string(),
          format: z.string().nullable(),
          state: z.string().nullable(),
          holder: z.string(),
          client: z.string(),
          expiresAt: instant.nullable(),
          cases: z.array(z.object({ number: z.int(), title: z.string(), state: z.enum(INCIDENT_STATES) })),
        })
        .nullable(),
      secret: z
        .object({
          id: z.string(),
          hint: z.string(),
          clientId: z.string(),
          clientName: z.string(),
          clientUuid: z.string(),
          isEnough: z.boolean(),
          permissions: z.array(z.string()),
          audiences: z.array(z.string()),
          expiresAt: instant.nullable(),
          cases: z.array(z.object({ number: z.int(), title: z.string(), state: z.enum(INCIDENT_STATES) })),
        })
        .nullable(),
      own: z
        .object({
          kind: z.enum(OWN_SECRET_KINDS),
          name: z.string().describe("Whose it is."),
          hint: z.string().describe("Its last four characters."),
          ownerId: z
            .string()
            .nullable()
            .describe(
              "The API token, verifier or scanner where it is ended; null where you may not see that, and no open case tells you.",
            ),
          expiresAt: instant.nullable(),
          cases: z.array(z.object({ number: z.int(), title: z.string(), state: z.enum(INCIDENT_STATES) })),
        })
        .nullable()
        .describe("A secret of this product: it is ended on the page of what it is of."),
    }),
  ),
});
