/** What networks are told apart by, and what the holder of one calls it; the name of a mere stretch of addresses is null. */
export type NetworkLabel = { network: string; networkName: string | null };

/** "Google LLC (AS15169)", or the stretch of addresses. */
export function networkWords({ network, networkName }: NetworkLabel): string {
  return networkName === null ? network : `${networkName} (${network})`;
}
