import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Tag } from "#components/display/tag.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { type PurgedToken, weekWords } from "#lib/retention/model.ts";
import { orderLine } from "#lib/revocations/target-words.ts";

/** What is on record of a token that left the register with its week: whose it was, the orders upon it, and the way to its uses. */
export function PurgedTokenPage({ token }: { token: PurgedToken }) {
  const { issued } = token;
  return (
    <Page>
      <PageHeader
        crumbs={[{ name: "Tokens", href: "/tokens" }]}
        title={<IdText id={token.id} what="token id" head={13} tail={4} />}
        badges={<Tag>Left the register</Tag>}
        purpose={
          <>
            It left the register on <Instant at={token.leftAt} show="exact" focusable />, with{" "}
            {weekWords(token.week)}. Its uses stay in the audit log.
          </>
        }
        actions={
          <LinkButton href={`/audit?token=${token.id}`} variant="filled">
            Its uses in the audit log
          </LinkButton>
        }
      />
      <Card title="On record">
        <KeyValue
          items={[
            { key: "Issued", value: <Instant at={token.issuedAt} show="exact" focusable /> },
            ...(issued === null ? [] : issuedItems(issued)),
            {
              key: "Orders upon it",
              value:
                token.orders.length === 0 ? (
                  <span className="faint">none by its id</span>
                ) : (
                  token.orders.map((order) => (
                    <div key={order.id}>
                      <Link prefetch={false} href={`/orders/${order.id}`}>
                        {orderLine({ verb: order.verb, target: { kind: "token", name: order.targetName } })}
                      </Link>{" "}
                      <Instant at={order.createdAt} />
                    </div>
                  ))
                ),
            },
          ]}
        />
      </Card>
      <p className="muted">
        It had expired long before: a value with this id that says it is still valid is forged. What it
        carried, and the hash of its value, are gone with its week.{" "}
        <Link prefetch={false} href="/settings/retention">
          How long tokens stay
        </Link>
      </p>
    </Page>
  );
}

function issuedItems(issued: NonNullable<PurgedToken["issued"]>) {
  const { kind, client, user, subject, familyId } = issued;
  return [
    { key: "Kind", value: kind },
    {
      key: "Client",
      value: (
        <Link prefetch={false} href={`/clients/${client.id}`}>
          {client.name}
        </Link>
      ),
    },
    {
      key: "User",
      value: user ? (
        <Link prefetch={false} href={`/users/${user.id}`}>
          {user.email}
        </Link>
      ) : (
        <span className="faint">none, it was {subject}'s own</span>
      ),
    },
    {
      key: "Family",
      word: "family" as const,
      value: <IdText id={familyId} what="family id" href={`/families/${familyId}`} head={8} />,
    },
  ];
}
