import { IconMailOff } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getMailSettings } from "#lib/mail/get-mail-settings.ts";
import { mailsQuery } from "#lib/mail/input.ts";
import { listMails } from "#lib/mail/list-mails.ts";
import { MailActions } from "./_components/mail-actions.tsx";
import { MailForm } from "./_components/mail-form.tsx";
import { OutboxTable } from "./_components/outbox-table.tsx";
import { mailWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

type MailPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function MailPage({ searchParams }: MailPageProps) {
  const ctx = await requireSignedIn("/settings/mail");
  // a place that is none is the first page
  const { before } = mailsQuery.safeParse({ before: (await searchParams).before }).data ?? {};
  const [settings, mails] = await Promise.all([getMailSettings(ctx), listMails(ctx, { before })]);
  const { server, version } = settings;
  const canWrite = can(ctx, "mail-settings:write");
  return (
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite && server !== null ? <MailActions version={version} address={ctx.actor.name} /> : null
        }
      />
      {canWrite ? (
        <MailForm key={version} settings={settings} />
      ) : server === null ? (
        <Card>
          <EmptyState icon={<IconMailOff size={28} stroke={1.5} />} title={words.off}>
            {words.offText}
          </EmptyState>
        </Card>
      ) : (
        <Card title={words.server}>
          <p>{words.ready(server.host, server.port)}.</p>
        </Card>
      )}
      <Card title={words.outbox} flush={mails.rows.length > 0}>
        {mails.rows.length === 0 ? (
          <p className="muted">{words.none}</p>
        ) : (
          <OutboxTable mails={mails.rows} canSend={can(ctx, "incident:write")} />
        )}
        {mails.next === null && before === undefined ? null : (
          <div style={{ display: "flex", gap: 8, padding: 12 }}>
            {before === undefined ? null : <LinkButton href="/settings/mail">{words.newest}</LinkButton>}
            {mails.next === null ? null : (
              <LinkButton href={`/settings/mail?before=${mails.next}`}>{words.older}</LinkButton>
            )}
          </div>
        )}
      </Card>
    </Page>
  );
}
