/** What the ruler needs, in seconds, and the sentence that says which setting wins. */
export type LifetimeAnswer = {
  minSeconds: number;
  maxSeconds: number;
  /** The organisation's default for this kind of client. */
  defaultSeconds: number;
  effectiveSeconds: number;
  /** Completes "<duration> …". */
  says: string;
};

/** Which setting decides a client's access-token lifetime: its own inside the bounds, else the nearest bound, else the default. */
export function whichLifetime(input: {
  clientSeconds: number | null;
  isService: boolean;
  organisation: {
    accessTokenTtlSeconds: number;
    serviceTokenTtlSeconds: number;
    accessTokenTtlMinSeconds: number;
    accessTokenTtlMaxSeconds: number;
  };
}): LifetimeAnswer {
  const { clientSeconds, isService, organisation } = input;
  const minSeconds = organisation.accessTokenTtlMinSeconds;
  const maxSeconds = organisation.accessTokenTtlMaxSeconds;
  const defaultSeconds = isService ? organisation.serviceTokenTtlSeconds : organisation.accessTokenTtlSeconds;
  const bounds = { minSeconds, maxSeconds, defaultSeconds };
  const kind = isService ? "default for services" : "default";
  if (clientSeconds === null)
    return { ...bounds, effectiveSeconds: defaultSeconds, says: `by the organisation's ${kind}: this client sets none of its own.` };
  if (clientSeconds > maxSeconds)
    return { ...bounds, effectiveSeconds: maxSeconds, says: "by the organisation's upper bound: this client's own setting is longer." };
  if (clientSeconds < minSeconds)
    return { ...bounds, effectiveSeconds: minSeconds, says: "by the organisation's lower bound: this client's own setting is shorter." };
  return { ...bounds, effectiveSeconds: clientSeconds, says: `by this client's own setting, instead of the organisation's ${kind}.` };
}
