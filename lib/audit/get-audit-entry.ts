import type { Context } from "../context.ts";
import type { AuditEntryDetail } from "./model.ts";

/** One admin act with what it changed. Needs `audit:read`. @throws {DomainError} NOT_FOUND */
export async function getAuditEntry(_ctx: Context, _id: string): Promise<AuditEntryDetail> {
  throw new Error("soon");
}
