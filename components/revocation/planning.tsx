import { Bar, LoadingNote } from "../feedback/skeleton.tsx";
import classes from "./revoke-dialog.module.css";

/** While an order is planned: the plan's shape. */
export function Planning() {
  return (
    <div className={classes.form} style={{ minHeight: 92 }}>
      <LoadingNote what="what this would do" />
      <Bar width="80%" />
      <Bar width="64%" />
      <Bar width="72%" />
    </div>
  );
}
