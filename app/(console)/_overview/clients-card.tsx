import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { countedNumber } from "#components/display/number-text.tsx";
import type { Overview } from "#lib/overview/model.ts";
import { Count } from "./figures.tsx";
import classes from "./overview.module.css";

/** Which clients hold the live tokens. */
export function ClientsCard({ overview }: { overview: Overview }) {
  const { clients, otherClients, clientsNeedingLook } = overview;
  const hasNeeding = clientsNeedingLook !== null && clientsNeedingLook.value > 0;
  const most = Math.max(1, ...clients.map((client) => client.access.value + client.refresh.value));
  return (
    <Card
      title="Live tokens by client"
      aside={
        <span className={classes.legend}>
          <i data-kind="access" /> access <i data-kind="refresh" /> refresh
        </span>
      }
    >
      {clients.length === 0 ? (
        <p className="muted">
          {overview.live.all.value === 0
            ? "No client holds a live token."
            : "There are too many live tokens to count them by client just now."}
        </p>
      ) : (
        <ul className={classes.bars}>
          {clients.map((client) => (
            <li key={client.id}>
              <Link
                prefetch={false}
                href={`/clients/${client.id}`}
                className={classes.client}
                title={client.name}
              >
                {client.clientId}
              </Link>
              <span className={classes.track} aria-hidden>
                <i data-kind="access" style={{ width: `${(client.access.value / most) * 100}%` }} />
                <i data-kind="refresh" style={{ width: `${(client.refresh.value / most) * 100}%` }} />
              </span>
              <span className={classes.counts}>
                <Link
                  prefetch={false}
                  href={client.access.href}
                  aria-label={`${countedNumber(client.access)} access tokens of ${client.clientId}`}
                >
                  <Count count={client.access} />
                </Link>
                <span className="faint" aria-hidden>
                  {" · "}
                </span>
                <Link
                  prefetch={false}
                  href={client.refresh.href}
                  aria-label={`${countedNumber(client.refresh)} refresh tokens of ${client.clientId}`}
                >
                  <Count count={client.refresh} />
                </Link>
              </span>
            </li>
          ))}
        </ul>
      )}
      {otherClients > 0 || hasNeeding ? (
        <p className={classes.more}>
          {otherClients > 0 ? (
            <Link prefetch={false} href="/clients">
              and {otherClients} more {otherClients === 1 ? "client" : "clients"}
            </Link>
          ) : null}
          {otherClients > 0 && hasNeeding ? " · " : null}
          {hasNeeding ? (
            <Link prefetch={false} href={clientsNeedingLook.href}>
              {clientsNeedingLook.value} {clientsNeedingLook.value === 1 ? "client needs" : "clients need"} a
              look
            </Link>
          ) : null}
        </p>
      ) : null}
    </Card>
  );
}
