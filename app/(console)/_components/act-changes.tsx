import { CardHeading } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import classes from "./act-changes.module.css";
import { fieldWords } from "./change-words.ts";
import { ChangedValue } from "./changed-value.tsx";

type Values = Record<string, unknown> | null;

/** What was and what is, a line for each thing that changed; or what there is since an act before which there was nothing. */
export function ActChanges({ act, before, after }: { act: string; before: Values; after: Values }) {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (before === null && after !== null)
    return (
      <section className={classes.changes}>
        <CardHeading>Details</CardHeading>
        <KeyValue
          items={keys.map((key) => ({
            key: fieldWords(key, act),
            value: <ChangedValue name={key} value={after[key]} />,
          }))}
        />
      </section>
    );
  return (
    <section className={classes.changes}>
      <CardHeading>{after === null ? "Was" : "Changed"}</CardHeading>
      <dl className={classes.list}>
        {keys.map((key) => (
          <div key={key} className={classes.change}>
            <dt>{fieldWords(key, act)}</dt>
            {before && key in before ? (
              <dd className={classes.was}>
                <span className="for-screen-readers">was </span>
                <del>
                  <ChangedValue name={key} value={before[key]} />
                </del>
              </dd>
            ) : null}
            {after && key in after ? (
              <dd className={classes.is}>
                <span className="for-screen-readers">is </span>
                <ChangedValue name={key} value={after[key]} />
              </dd>
            ) : null}
          </div>
        ))}
      </dl>
    </section>
  );
}
