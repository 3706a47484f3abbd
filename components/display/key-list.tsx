import { Kbd } from "@mantine/core";
import classes from "./key-list.module.css";
import { ModKey } from "./mod-key.tsx";

/** Keys that do the same, and what that is. `mod K`: beside the key that the person's system has for it. */
export type Keys = [keys: string[], does: string];

/** What keys do, one line each. */
export function KeyList({ keys }: { keys: readonly Keys[] }) {
  return (
    <dl className={classes.keys}>
      {keys.map(([names, does]) => (
        <div key={does}>
          <dt>
            {names.map((name) => (
              <Kbd key={name} size="sm">
                {name.startsWith("mod ") ? <ModKey with={name.slice(4)} /> : name}
              </Kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
