/** The log of the acts upon something. */
export function actsAddress(target: string, ids: readonly string[]): string {
  return `/audit/acts?${new URLSearchParams([["target", target], ...ids.map((id) => ["targetId", id])])}`;
}

/** The log of the acts by somebody. */
export function actsByAddress(actorId: string): string {
  return `/audit/acts?${new URLSearchParams({ actor: actorId })}`;
}
