import Link from "next/link";
import { MailStateLine } from "#app/(console)/_components/mail-state.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { IncidentNotices } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";
import { TellDialog } from "./tell-dialog.tsx";

/** Who was told by e-mail, by whom, when, and what became of it; and whom it can still tell. */
export function OwnersTold({
  number,
  notices,
  canTell,
}: {
  number: number;
  notices: IncidentNotices;
  canTell: boolean;
}) {
  const { hasMailServer, recipients, mails } = notices;
  return (
    <div>
      <h3 className={classes.label}>{words.owners}</h3>
      {mails.length === 0 ? <p className="muted">{words.nobodyTold}</p> : null}
      <ul className={classes.plain}>
        {mails.map((mail) => (
          <li key={mail.id}>
            {mail.recipient.name} <span className="muted">{mail.toAddress}</span>{" "}
            <MailStateLine mail={mail} canSend={canTell} />
            <div className="muted">
              told by {mail.createdBy}, <Instant at={mail.createdAt} focusable />
            </div>
          </li>
        ))}
      </ul>
      {hasMailServer ? (
        canTell && recipients.length > 0 ? (
          <TellDialog number={number} notices={notices} />
        ) : null
      ) : (
        <>
          <p className="muted">{words.noMail}</p>
          <Link prefetch={false} href="/settings/mail">
            {words.toMail}
          </Link>
        </>
      )}
    </div>
  );
}
