/** Values kept at most; beyond them it begins anew. */
const MAX_VALUES = 50_000;
const EMPTY: readonly never[] = Object.freeze([]);
const NO_CLAIMS: Record<string, unknown> = Object.freeze({});

/** Gives equal values of many tokens one place in memory: a client's tokens say the same but for their ids. */
export class SharedValues {
  #texts = new Map<string, string>();
  #lists = new Map<string, readonly string[]>();

  text<Text extends string | null>(value: Text): Text {
    if (value === null) return value;
    if (this.#texts.size >= MAX_VALUES) this.#texts.clear();
    const known = this.#texts.get(value);
    if (known !== undefined) return known as Text;
    this.#texts.set(value, value);
    return value;
  }

  list(values: readonly string[]): readonly string[] {
    if (values.length === 0) return EMPTY;
    if (this.#lists.size >= MAX_VALUES) this.#lists.clear();
    const key = JSON.stringify(values);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    this.#lists.set(key, values);
    return values;
  }

  claims(claims: Record<string, unknown>): Record<string, unknown> {
    for (const _ in claims) return claims;
    return NO_CLAIMS;
  }
}
