import type { RuleName } from "./model.ts";
import type { Rule } from "./rule.ts";
import { acceptedAfterEnd } from "./rules/accepted-after-end.ts";
import { burst } from "./rules/burst.ts";
import { forgery } from "./rules/forgery.ts";
import { forgeryReported } from "./rules/forgery-reported.ts";
import { newCountry, newNetwork } from "./rules/new-place.ts";
import { replay } from "./rules/replay.ts";
import { useAfterExpiry, useAfterRevocation, useAfterSuspension } from "./rules/use-after-end.ts";

/** All rules by their names. A further one is a file in `rules/`, its name and title in `model.ts`, and a line here. Browser-safe. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  forgery,
  forgery_reported: forgeryReported,
  replay,
  accepted_after_end: acceptedAfterEnd,
  use_after_revocation: useAfterRevocation,
  use_after_suspension: useAfterSuspension,
  use_after_expiry: useAfterExpiry,
  new_country: newCountry,
  new_network: newNetwork,
  burst,
};
