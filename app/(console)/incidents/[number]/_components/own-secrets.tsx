import Link from "next/link";
import { type OwnSecretOfCase, ownSecretWords } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { ownerHref } from "#lib/scanners/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What leaked of this product, each with the page of whose it is, and how it stands. */
export function OwnSecrets({ secrets }: { secrets: readonly OwnSecretOfCase[] }) {
  return (
    <ul className={classes.plain}>
      {secrets.map((secret) => (
        <li key={`${secret.ownerId} ${secret.hint}`}>
          <Link prefetch={false} href={ownerHref(secret.kind, secret.ownerId)}>
            {visibleText(ownSecretWords(secret))}
          </Link>{" "}
          <span className="muted">{words.ownState(secret)}</span>
        </li>
      ))}
    </ul>
  );
}
