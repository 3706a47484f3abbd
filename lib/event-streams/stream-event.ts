import type { AuditEntryDetail, TokenUseRow } from "../audit/model.ts";

/** One use of a token, with what its verifier reported of the answer. */
export type UseEvent = TokenUseRow & { type: "token_use" };

/** One act of an admin; `sequence` is its place in the chain. */
export type ActEvent = Omit<AuditEntryDetail, "erased"> & { type: "admin_act" };

/** What the test button sends: no use and no act of anybody. */
export type TestEvent = {
  type: "test";
  id: string;
  at: string;
  isTest: true;
  message: string;
  stream: { id: string; name: string };
};

/** What a stream carries: rows of the log, field by field, as the API gives them. */
export type StreamEvent = UseEvent | ActEvent | TestEvent;

/** Whether what an event tells of was refused. */
export function isRefused(event: StreamEvent): boolean {
  return event.type !== "test" && event.outcome === "refused";
}
