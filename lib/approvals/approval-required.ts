import { DomainError } from "../errors.ts";
import { type GuardedKind, guardedActs } from "./model.ts";

/** The refusal that a second person can lift. Nothing was done. */
export class ApprovalRequired extends DomainError {
  override name = "ApprovalRequired";
  readonly kind: GuardedKind;
  /** Where the very same request waits already. */
  readonly approvalId: string | null;

  constructor(kind: GuardedKind, approvalId: string | null = null) {
    super("APPROVAL_REQUIRED", `A second person is needed to ${guardedActs(kind)}. Nothing was changed.`);
    this.kind = kind;
    this.approvalId = approvalId;
  }
}
