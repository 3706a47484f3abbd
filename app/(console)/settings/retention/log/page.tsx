import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getLogRetention } from "#lib/log-retention/get-log-retention.ts";
import { ClockAlert } from "../_components/clock-alert.tsx";
import { RetentionTabs } from "../_components/retention-tabs.tsx";
import { HeldDayCard } from "./_components/held-day-card.tsx";
import { LogCostCard, NextLogRunCard } from "./_components/log-cards.tsx";
import { LogRetentionForm } from "./_components/log-retention-form.tsx";
import { LogDaysTable, PurgedActsTable, PurgedDaysTable } from "./_components/log-tables.tsx";
import { logRetentionWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function LogRetentionPage() {
  const ctx = await requireSignedIn("/settings/retention/log");
  const retention = await getLogRetention(ctx);
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <RetentionTabs current="log" />
      <ClockAlert hold={retention.heldByClock} />
      {retention.heldDay === null ? null : (
        <HeldDayCard heldDay={retention.heldDay} mayChange={can(ctx, "retention:write")} />
      )}
      <LogRetentionForm
        key={retention.version}
        useDays={retention.useDays}
        actDays={retention.actDays}
        version={retention.version}
        mayChange={can(ctx, "retention:write")}
      />
      <NextLogRunCard retention={retention} />
      <LogCostCard retention={retention} />
      <Card title={words.days} flush>
        <LogDaysTable days={retention.days} />
      </Card>
      <Card title={words.daysLeft} flush={retention.purgedDays.length > 0}>
        <PurgedDaysTable retention={retention} />
      </Card>
      {retention.purgedActs.length > 0 ? (
        <Card title={words.actsLeft} flush>
          <PurgedActsTable retention={retention} />
        </Card>
      ) : null}
    </Page>
  );
}
