/** Lets a model of the engine keep more fields in its payload. Before its first use: the engine remembers the list. */
export function extendPayload(model: object, fields: readonly string[]): void {
  const known = (model as { IN_PAYLOAD: string[] }).IN_PAYLOAD;
  Object.defineProperty(model, "IN_PAYLOAD", { value: [...known, ...fields] });
}

/** The fields of a model that its payload may hold, as the engine itself picks them. */
export function pickPayload(instance: object): Record<string, unknown> {
  const { IN_PAYLOAD } = instance.constructor as unknown as { IN_PAYLOAD: string[] };
  const source = instance as Record<string, unknown>;
  return Object.fromEntries(
    IN_PAYLOAD.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  );
}

/**
 * A code or refresh token that was used before does not expire: its second use must be seen as one, not as a late first one.
 */
export function keepConsumedUnexpired(prototype: object): void {
  Object.defineProperty(prototype, "isExpired", {
    configurable: true,
    get(this: { consumed?: unknown; exp?: number }) {
      return !this.consumed && (this.exp ?? 0) <= Math.floor(Date.now() / 1_000);
    },
  });
}

/** A scope string's values. */
export function scopeValues(scope: string | undefined): string[] {
  return scope === undefined || scope === "" ? [] : scope.split(" ");
}
