import type { ReactNode } from "react";
import type { GlossaryWord } from "./glossary.ts";
import classes from "./key-value.module.css";
import { shown } from "./shown.ts";
import { Word } from "./word.tsx";

export type KeyValueItem = {
  key: string;
  /** What the key is in the console's own words, where it needs explaining. */
  word?: GlossaryWord;
  value: ReactNode;
};

/** Names and values, one a line; under each other where it is narrow. */
export function KeyValue({ items, wide = false }: { items: KeyValueItem[]; wide?: boolean }) {
  return (
    <dl className={classes.list} data-wide={wide || undefined}>
      {items.map(({ key, word, value }) => (
        <div key={key} className={classes.item}>
          <dt className={classes.key}>{word === undefined ? key : <Word of={word}>{key}</Word>}</dt>
          <dd className={classes.value}>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
