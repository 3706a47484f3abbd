import { DomainError } from "../errors.ts";
import { type GuardedKind, guardedActs } from "./model.ts";
import type { ReachedTarget } from "./pass.ts";

type ApprovalRequiredOptions = { approvalId?: string | null; why?: string | null };

/** The refusal that a second person can lift. Nothing was done. */
export class ApprovalRequired extends DomainError {
  override name = "ApprovalRequired";
  readonly kind: GuardedKind;
  /** Where the very same request waits already. */
  readonly approvalId: string | null;

  /** What an order without a plan revokes: by that it is described to others. */
  reach: ReachedTarget | null = null;

  /** Why it is needed, where that is more than its kind. */
  readonly why: string | null;

  constructor(kind: GuardedKind, { approvalId = null, why = null }: ApprovalRequiredOptions = {}) {
    super(
      "APPROVAL_REQUIRED",
      `${why ?? `A second person is needed to ${guardedActs(kind)}.`} Nothing was changed.`,
    );
    this.kind = kind;
    this.approvalId = approvalId;
    this.why = why;
  }
}
