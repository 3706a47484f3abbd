import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import { type OwnSecretOfCase, ownSecretWords } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What leaked of this product, each with the page of whose it is where the reader sees that, and how it stands. */
export function OwnSecrets({
  secrets,
  sees,
}: {
  secrets: readonly OwnSecretOfCase[];
  sees: readonly OwnSecretKind[];
}) {
  return (
    <ul className={classes.plain}>
      {secrets.map((secret) => (
        <li key={`${secret.ownerId} ${secret.hint}`}>
          <OwnerLink {...secret} sees={sees}>
            {visibleText(ownSecretWords(secret))}
          </OwnerLink>{" "}
          <span className="muted">{words.ownState(secret)}</span>
        </li>
      ))}
    </ul>
  );
}
