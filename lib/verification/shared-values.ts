/** Values kept at most; beyond them it begins anew. */
const MAX_VALUES = 50_000;
/** Of whole records, whose keys are long. */
const MAX_RECORDS = 5_000;
const EMPTY: readonly never[] = Object.freeze([]);

/** Gives equal values of many tokens one place in memory: a client's tokens say the same but for their ids. */
export class SharedValues {
  #texts = new Map<string, string>();
  #lists = new Map<string, readonly string[]>();
  #records = new Map<string, object>();

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

  /** Values that JSON has all of, always with the same keys in the same order. */
  record<Value extends object>(value: Value): Value {
    if (this.#records.size >= MAX_RECORDS) this.#records.clear();
    const key = JSON.stringify(value);
    const known = this.#records.get(key);
    if (known !== undefined) return known as Value;
    this.#records.set(key, value);
    return value;
  }
}
