/** Why a request to somebody else's address was not made, or came to nothing. */
export type OutboundFault =
  /** The URL is none that may be called: its scheme, user, or it is no URL. */
  | "url"
  /** It leads to an address that is not public. */
  | "address"
  | "redirect"
  | "timeout"
  | "too_large"
  /** No such name, nobody listens, TLS does not stand, the connection broke. */
  | "unreachable";

/** `message` may be shown to the person who entered the address; what the network said is in `cause`. */
export class OutboundError extends Error {
  override name = "OutboundError";
  readonly fault: OutboundFault;

  constructor(fault: OutboundFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

/** What became of a request or connection that came to nothing. `timeout` is the one that it ran under. */
export function faultOf(error: unknown, timeout: AbortSignal): OutboundError {
  if (error instanceof OutboundError) return error;
  if (timeout.aborted) return new OutboundError("timeout", "does not answer in time", error);
  const { code } = error as NodeJS.ErrnoException;
  return new OutboundError(
    "unreachable",
    `cannot be reached${code === undefined ? "" : ` (${code})`}`,
    error,
  );
}
