import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import type { DetectionDetail } from "#lib/detections/model.ts";
import { detectionWords as words } from "./words.ts";

function link(href: string, name: string) {
  return (
    <Link prefetch={false} href={href}>
      {name}
    </Link>
  );
}

/** What it is found of, with the way to each. */
export function SubjectCard({ detection }: { detection: DetectionDetail }) {
  const { subject, tokenId, familyId, client, user, verifier } = detection;
  const items: KeyValueItem[] = [];
  if (tokenId !== null)
    items.push({
      key: subject.kind === "client" ? "Last token" : "Token",
      // a forged one is on no record
      value:
        client === null ? (
          <IdText id={tokenId} what="token id" />
        ) : (
          <IdText id={tokenId} what="token id" href={`/tokens/${tokenId}`} />
        ),
    });
  if (familyId !== null)
    items.push({
      key: "Family",
      word: "family" as const,
      value: <IdText id={familyId} what="family id" href={`/families/${familyId}`} />,
    });
  if (user !== null) items.push({ key: "User", value: link(`/users/${user.id}`, user.email) });
  if (client !== null) items.push({ key: "Client", value: link(`/clients/${client.id}`, client.name) });
  if (subject.kind === "signing_key")
    items.push({ key: "Signing key", value: link(`/keys/${subject.id}`, subject.id) });
  if (verifier !== null)
    items.push({ key: "Verifier", value: link(`/verifiers/${verifier.id}`, verifier.name) });
  return (
    <Card title={words.facts}>
      <KeyValue items={items} />
    </Card>
  );
}
