import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { verifierPropagation } from "#app/_lib/schemas/propagation.ts";
import { orderRow } from "#app/_lib/schemas/revocations.ts";
import { getOverview } from "#lib/overview/get-overview.ts";

const linkedCount = z.object({ value: z.int(), isExact: z.boolean(), href: z.string() });
const uses = z.object({ issued: linkedCount, allowed: linkedCount, refused: linkedCount });
const series = z.object({
  stepSeconds: z.int(),
  points: z.array(z.object({ at: instant, issued: z.int(), allowed: z.int(), refused: z.int() })),
});

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/overview",
  summary: "Shows what is going on, each number with the page that lists what it counts",
  permission: "overview:read",
  response: z.object({
    at: instant,
    live: z.object({ all: linkedCount, access: linkedCount, refresh: linkedCount }),
    clients: z.array(
      z.object({
        id: z.string(),
        clientId: z.string(),
        name: z.string(),
        access: linkedCount,
        refresh: linkedCount,
      }),
    ),
    otherClients: z.int(),
    clientsNeedingLook: linkedCount.nullable(),
    suspended: linkedCount,
    expiringWithinHour: linkedCount,
    expiringWithinDay: linkedCount,
    lastHour: uses,
    lastDay: uses,
    perMinute: series,
    perHour: series,
    keys: z.array(
      z.object({
        kid: z.string(),
        purpose: z.string(),
        algorithm: z.string(),
        state: z.string(),
        ageDays: z.int(),
        health: z.enum(["good", "attention"]),
        says: z.string(),
        href: z.string(),
      }),
    ),
    verifiers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        mode: z.string(),
        lastSeenAt: instant.nullable(),
        isDisabled: z.boolean(),
        propagation: verifierPropagation,
        href: z.string(),
      }),
    ),
    verifiersBehind: linkedCount,
    recentOrders: z.array(orderRow),
    unsettledOrders: linkedCount,
    registry: z.object({ audiences: z.int(), users: z.int(), clients: z.int(), verifiers: z.int() }),
    precision: z.string(),
  }),
  handler: (ctx) => getOverview(ctx),
});
