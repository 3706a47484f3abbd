import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type BadgeState, StateBadge } from "#components/display/state-badge.tsx";
import type { NotificationWebhook } from "#lib/notifications/model.ts";
import { WebhookActions } from "./webhook-actions.tsx";
import { settingsWords as words } from "./words.ts";

function healthOf({ status, failures, lag }: NotificationWebhook): BadgeState {
  if (status === "paused") return "paused";
  if (failures > 0) return "failing";
  return lag.count > 0 ? "behind" : "well";
}

/** How the sending goes: what waits, what was taken, what went wrong. */
export function WebhookCard({ webhook, canWrite }: { webhook: NotificationWebhook; canWrite: boolean }) {
  const { lag, failures, lastError, previousSecretUntil, statusReason } = webhook;
  const items: (KeyValueItem | null)[] = [
    {
      key: words.state,
      value: (
        <>
          <StateBadge state={healthOf(webhook)} />{" "}
          {statusReason === "" ? null : `The address ${statusReason}`}
        </>
      ),
    },
    { key: words.url, value: <span className="mono">{webhook.url}</span> },
    {
      key: words.waiting,
      value:
        lag.count === 0 ? (
          words.waitingNone
        ) : (
          <>
            {words.waitingOf(lag.count)}, the oldest since <Instant at={lag.since} focusable />
          </>
        ),
    },
    { key: words.lastDelivered, value: <Instant at={webhook.lastDeliveredAt} none="never" focusable /> },
    { key: words.delivered, value: groupedNumber(webhook.delivered) },
    {
      key: words.lastError,
      value:
        lastError === null ? (
          <span className="faint">none</span>
        ) : (
          <>
            The address {lastError}, <Instant at={webhook.lastErrorAt} focusable />
          </>
        ),
    },
    failures > 0 && webhook.status === "running"
      ? {
          key: words.nextAttempt,
          value: (
            <>
              <Instant at={webhook.nextAttemptAt} none="now" focusable /> {words.failures(failures)}
            </>
          ),
        }
      : null,
    {
      key: words.signature,
      value:
        previousSecretUntil === null ? (
          words.signedBy
        ) : (
          <>
            {words.signedByBoth} <Instant at={previousSecretUntil} focusable />
          </>
        ),
    },
  ];
  return (
    <Card title={words.delivery} aside={canWrite ? <WebhookActions webhook={webhook} /> : null}>
      <KeyValue wide items={items.filter((item) => item !== null)} />
      <p className="muted" style={{ marginTop: 8 }}>
        {words.how}
      </p>
    </Card>
  );
}
