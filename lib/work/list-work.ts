import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { listErasuresAtWork } from "../erasures/get-erasure.ts";
import { listChecksAtWork } from "../evidence-checks/list-checks.ts";
import { listExportsAtWork } from "../exports/list-exports-at-work.ts";
import { listOrdersAtWork } from "../revocations/list-orders-at-work.ts";
import { isUnderWay, type WorkItem } from "./model.ts";

/** Where long work is found: each answers with what is under way or ended within the last hour and the actor may see, a bounded number of it. */
const SOURCES: readonly ((ctx: Context) => Promise<WorkItem[]>)[] = [
  listExportsAtWork,
  listOrdersAtWork,
  listChecksAtWork,
  listErasuresAtWork,
];

/**
 * Long work that is under way, oldest first, and then what has just ended, newest first: orders that are being written down, and the actor's own
 * exports and verifications, and erasures for whoever may ask for one. Needs `overview:read`, and of each kind what its list needs.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listWork(ctx: Context): Promise<WorkItem[]> {
  requirePermission(ctx, "overview:read");
  const items = (await Promise.all(SOURCES.map((source) => source(ctx)))).flat();
  const [running, ended] = [items.filter(isUnderWay), items.filter((item) => !isUnderWay(item))];
  return [
    ...running.sort((a, b) => a.startedAt.localeCompare(b.startedAt)),
    ...ended.sort((a, b) => (b.endedAt ?? "").localeCompare(a.endedAt ?? "")),
  ];
}
