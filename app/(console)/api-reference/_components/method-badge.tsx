import { Tag } from "#components/display/tag.tsx";
import classes from "./reference.module.css";

const TONES = {
  GET: "standby",
  POST: "active",
  PUT: "suspended",
  PATCH: "suspended",
  DELETE: "revoked",
} as const;

/** An HTTP method, of one width, so that paths stand under each other. */
export function MethodBadge({ method }: { method: keyof typeof TONES }) {
  return (
    <span className={classes.method}>
      <Tag tone={TONES[method]}>{method}</Tag>
    </span>
  );
}
