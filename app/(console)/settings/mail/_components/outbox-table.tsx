import Link from "next/link";
import { MailStateLine } from "#app/(console)/_components/mail-state.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { incidentHref } from "#lib/incidents/model.ts";
import type { MailRow } from "#lib/mail/model.ts";
import { mailWords as words } from "./words.ts";

const PAGES: Record<MailRow["recipient"]["kind"], string> = {
  user: "/users",
  client: "/clients",
  admin: "/admins",
};

function hrefOf({ kind, id }: MailRow["recipient"]): string {
  return `${PAGES[kind]}/${id}`;
}

/** What was sent and what waits, newest first. */
export function OutboxTable({ mails, canSend }: { mails: MailRow[]; canSend: boolean }) {
  return (
    <PlainTable
      name={words.outbox}
      rows={mails}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.recipient,
          isWrapping: true,
          cell: (row: MailRow) => (
            <>
              <div>
                <Link prefetch={false} href={hrefOf(row.recipient)}>
                  {row.recipient.name}
                </Link>
              </div>
              <div className="muted">{row.toAddress}</div>
              <Narrow>
                <span>{row.subject}</span>
                <span className="muted">
                  <Instant at={row.createdAt} /> by {row.createdBy}
                </span>
              </Narrow>
            </>
          ),
        },
        {
          header: words.state,
          isWrapping: true,
          cell: (row: MailRow) => <MailStateLine mail={row} canSend={canSend} />,
        },
        { header: words.subject, isWrapping: true, isExtra: true, cell: (row: MailRow) => row.subject },
        {
          header: words.case,
          cell: (row: MailRow) =>
            row.incidentNumber === null ? (
              <span className="faint">none</span>
            ) : (
              <Link prefetch={false} href={incidentHref(row.incidentNumber)}>
                #{row.incidentNumber}
              </Link>
            ),
        },
        {
          header: words.at,
          isExtra: true,
          cell: (row: MailRow) => (
            <>
              <Instant at={row.createdAt} /> <span className="muted">by {row.createdBy}</span>
            </>
          ),
        },
      ]}
    />
  );
}
