import type { Sql, SqlValue } from "../db/sql.ts";

/** A piece of a statement with its values beside it: text never holds a value. */
export class Fragment {
  readonly texts: readonly string[];
  readonly values: readonly SqlValue[];

  constructor(texts: readonly string[], values: readonly SqlValue[]) {
    this.texts = texts;
    this.values = values;
  }
}

/** A piece of a statement; interpolated values become parameters, interpolated pieces are put in. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Fragment)[]): Fragment {
  const texts: string[] = [strings[0] as string];
  const values: SqlValue[] = [];
  const append = (text: string) => {
    texts[texts.length - 1] += text;
  };
  for (const [index, part] of parts.entries()) {
    if (part instanceof Fragment) {
      append(part.texts[0] as string);
      texts.push(...part.texts.slice(1));
      values.push(...part.values);
      append(strings[index + 1] as string);
    } else {
      values.push(part);
      texts.push(strings[index + 1] as string);
    }
  }
  return new Fragment(texts, values);
}

/** Text of the code's own, such as a column's name. Never anything that came from outside. */
export function trusted(text: string): Fragment {
  return new Fragment([text], []);
}

/** One after the other; of none it is empty. `separator` is the code's own text, such as `", "`. */
export function joined(fragments: readonly Fragment[], separator: string): Fragment {
  return fragments.reduce(
    (all, one, index) => (index === 0 ? one : sql`${all}${trusted(separator)}${one}`),
    trusted(""),
  );
}

/** All of the conditions; none is true. */
export function all(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? trusted("true") : sql`(${joined(conditions, ") AND (")})`;
}

/** The statement's text with `$1 … $n`, and its values. */
export function compile(fragment: Fragment): { text: string; values: SqlValue[] } {
  const text = fragment.texts.reduce((before, part, index) => `${before}$${index}${part}`);
  return { text, values: [...fragment.values] };
}

/** Runs a statement that was put together. Rows have the column names as the statement gave them. @throws what the database refuses it with. */
export async function run<Row extends object>(db: Sql, fragment: Fragment): Promise<Row[]> {
  const { text, values } = compile(fragment);
  return db.query<Row>(text, values);
}

const escaped = (text: string) => text.replace(/[\\%_]/g, "\\$&");

/** The pattern for LIKE of what contains `text` as it stands; here and in `beginning`, and nowhere else, `%`, `_` and `\` are escaped. */
export function containing(text: string): string {
  return `%${escaped(text)}%`;
}

/** The pattern for LIKE of what begins with `text` as it stands. */
export function beginning(text: string): string {
  return `${escaped(text)}%`;
}
