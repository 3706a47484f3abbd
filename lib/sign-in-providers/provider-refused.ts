import { PROVIDER_REFUSAL_WORDS, type ProviderRefusal } from "./model.ts";

/** Nobody came in by a provider. `why` leads to words that may be shown; the message and the cause are logged and, where told so, on record. */
export class ProviderRefused extends Error {
  override name = "ProviderRefused";
  readonly why: ProviderRefusal;
  /** Whether the provider itself had a part in it. What anybody can cause without it is not put on record. */
  readonly isOnRecord: boolean;
  /** Whether it takes no more than a made-up code to cause it: on record at a pace. */
  readonly isPaced: boolean;

  constructor(
    why: ProviderRefusal,
    detail: string = PROVIDER_REFUSAL_WORDS[why],
    {
      cause,
      isOnRecord = true,
      isPaced = false,
    }: { cause?: unknown; isOnRecord?: boolean; isPaced?: boolean } = {},
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.why = why;
    this.isOnRecord = isOnRecord;
    this.isPaced = isPaced;
  }
}
