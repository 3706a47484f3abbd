import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getNotificationDefaults } from "#lib/notifications/notification-settings.ts";
import { getNotificationWebhook } from "#lib/notifications/webhook-record.ts";
import { DefaultsForm } from "./_components/defaults-form.tsx";
import { WebhookCard } from "./_components/webhook-card.tsx";
import { WebhookForm } from "./_components/webhook-form.tsx";
import { settingsWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function NotificationSettingsPage() {
  const ctx = await requireSignedIn("/settings/notifications");
  const [settings, webhook] = await Promise.all([getNotificationDefaults(ctx), getNotificationWebhook(ctx)]);
  const canWrite = can(ctx, "notification-settings:write");
  const defaults = <DefaultsForm key={settings.version} settings={settings} canWrite={canWrite} />;
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      {canWrite ? (
        defaults
      ) : (
        <Card title={words.defaults} flush>
          {defaults}
        </Card>
      )}
      {webhook.url === null ? null : <WebhookCard webhook={webhook} canWrite={canWrite} />}
      {canWrite ? (
        <WebhookForm key={webhook.version} webhook={webhook} />
      ) : webhook.url === null ? (
        <Card title={words.webhook}>
          <p className="muted">{words.noWebhook}</p>
        </Card>
      ) : null}
    </Page>
  );
}
