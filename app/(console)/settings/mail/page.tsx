import { IconMailOff } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { PageTurns } from "#components/display/page-turns.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { getMailSettings } from "#lib/mail/get-mail-settings.ts";
import { listMails } from "#lib/mail/list-mails.ts";
import { MAILS_TABLE } from "#lib/mail/table.ts";
import { MailActions } from "./_components/mail-actions.tsx";
import { MailForm } from "./_components/mail-form.tsx";
import { OutboxTable } from "./_components/outbox-table.tsx";
import { mailWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

type MailPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function MailPage({ searchParams }: MailPageProps) {
  const ctx = await requireSignedIn("/settings/mail");
  // a place that is none is the first page
  const { cursor } = await searchParams;
  const { query } = parseListQuery(MAILS_TABLE, cursor === undefined ? {} : { cursor });
  const [settings, mails] = await Promise.all([getMailSettings(ctx), listMails(ctx, query)]);
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
        <PageTurns
          newestHref={query.cursor === null ? null : "/settings/mail"}
          olderHref={mails.next === null ? null : `/settings/mail?cursor=${mails.next}`}
        />
      </Card>
    </Page>
  );
}
