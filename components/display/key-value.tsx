import type { ReactNode } from "react";
import classes from "./key-value.module.css";

export type KeyValueItem = { key: string; value: ReactNode };

/** Names and values, one a line; under each other where it is narrow. */
export function KeyValue({ items, wide = false }: { items: KeyValueItem[]; wide?: boolean }) {
  return (
    <dl className={classes.list} data-wide={wide || undefined}>
      {items.map(({ key, value }) => (
        <div key={key} className={classes.item}>
          <dt className={classes.key}>{key}</dt>
          <dd className={classes.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
