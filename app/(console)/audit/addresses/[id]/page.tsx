import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { requireSignedIn } from "#app/_lib/context.ts";
import { parseAsked, timeOf } from "#app/(console)/_components/lifeline/asked.ts";
import { Followed } from "#app/(console)/_components/lifeline/followed.tsx";
import { WithoutToken } from "#app/(console)/_components/lifeline/without-token.tsx";
import { lifelineWords as words } from "#app/(console)/_components/lifeline/words.ts";
import { Card } from "#components/display/card.tsx";
import { CopyButton } from "#components/display/copy-button.tsx";
import { Bar } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { followedAddress } from "#lib/lifelines/find-subject.ts";
import { getLifelineSubject } from "#lib/lifelines/get-lifeline-subject.ts";
import { networkLabelOf } from "#lib/places/network-label.ts";
import { networkWords } from "#lib/places/network-words.ts";
import { knownNetworkOf } from "#lib/places/our-networks.ts";

type AddressPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** The address that a page's own names, in its shortest spelling; null for what is none. */
function addressOf(segment: string): string | null {
  try {
    return followedAddress(decodeURIComponent(segment));
  } catch {
    return null;
  }
}

export async function generateMetadata({ params }: Pick<AddressPageProps, "params">): Promise<Metadata> {
  return { title: addressOf((await params).id) ?? words.address };
}

/** An address through time: which tokens, people and clients came from it, and what was refused. */
export default async function AddressPage({ params, searchParams }: AddressPageProps) {
  const { id: segment } = await params;
  const ctx = await requireSignedIn(`/audit/addresses/${segment}`);
  const named = addressOf(segment);
  if (named === null) notFound();
  const { id: ip } = await getLifelineSubject(ctx, { kind: "address", id: named });
  const asked = parseAsked(await searchParams);
  const at = timeOf(asked);
  const network = networkLabelOf(ip, knownNetworkOf);
  return (
    <Page>
      <PageHeader
        title={
          <>
            <span className="mono" style={{ fontSize: "inherit" }}>
              {ip}
            </span>{" "}
            <CopyButton value={ip} what="address" />
          </>
        }
        purpose={
          <>
            {words.addressPurpose} {network === null ? null : networkWords(network)}
          </>
        }
        crumbs={[{ name: "Audit", href: "/audit" }, { name: words.addresses }]}
        actions={
          <Link prefetch={false} href={`/audit/acts?${new URLSearchParams({ ip })}`}>
            {words.actsFrom}
          </Link>
        }
      />
      <Followed ctx={ctx} kind="address" id={ip} asked={asked} log={{ ip }} />
      <Suspense
        fallback={
          <Card title={words.withoutToken}>
            <Bar height={120} />
          </Card>
        }
      >
        <WithoutToken ctx={ctx} ip={ip} at={at} />
      </Suspense>
    </Page>
  );
}
