import type { Metadata } from "next";
import { Doorway } from "#components/layout/doorway.tsx";
import { getEnv } from "#lib/env.ts";
import { PROVIDER_REFUSALS } from "#lib/sign-in-providers/model.ts";
import { providerRefusalWords } from "#lib/sign-in-providers/refusal-words.ts";
import { TellOpener } from "./_components/tell-opener.tsx";
import { stepUpPageWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };
export const dynamic = "force-dynamic";

/** Where a window lands that was opened to confirm at a provider who is there: it tells the page that waits, and goes. */
export default async function StepUpPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { refused, wait } = await searchParams;
  const why =
    refused === undefined ? null : (PROVIDER_REFUSALS.find((one) => one === refused) ?? "PROVIDER_FAILED");
  return (
    <Doorway
      title={why === null ? words.done : words.notDone}
      lead={why === null ? words.doneLead : words.notDoneLead}
      environmentName={getEnv().environmentName}
    >
      <TellOpener
        refused={why}
        says={why === null ? words.close : (providerRefusalWords(why, wait) ?? words.close)}
      />
    </Doorway>
  );
}
