import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import type { LeakReportRow, OwnSecretKind } from "#lib/scanners/model.ts";
import { OwnSecrets } from "./own-secrets.tsx";
import { ReportsCard } from "./reports-card.tsx";

const RESPONDER: OwnSecretKind[] = ["verifier_secret", "scanner_secret"];
const OWNER: OwnSecretKind[] = [...RESPONDER, "api_token"];

const LEAKED = [
  { kind: "api_token", name: "the API token deploy", ownerId: "1" },
  { kind: "verifier_secret", name: "a secret of v", ownerId: "2" },
] as const;
const SECRETS = LEAKED.map((one) => ({ ...one, hint: "abcd", works: true, until: null, isHeld: false }));
const NONE = { tokenId: null, clientId: null, url: null, source: null, orderId: null };
const REPORT: LeakReportRow = {
  id: "r",
  scanner: { id: "s", name: "scanner" },
  receivedAt: "2026-11-30T12:00:00.000Z",
  lastReceivedAt: "2026-11-30T12:00:00.000Z",
  times: 1,
  values: 2,
  unknown: 0,
  findings: LEAKED.map((one) => ({ ...NONE, ...one, type: "secret", outcome: "case" })),
  incidentNumber: 1,
};

test.each([
  { role: "a responder", sees: RESPONDER, links: 0 },
  { role: "an owner", sees: OWNER, links: 2 },
])(
  "a case and its reports name a leaked API token to $role, and lead to its page by $links links",
  ({ sees, links }) => {
    const html = renderToStaticMarkup(
      <MantineProvider>
        <OwnSecrets secrets={SECRETS} sees={sees} />
        <ReportsCard reports={[REPORT]} sees={sees} />
      </MantineProvider>,
    );
    const times = (text: string) => html.split(text).length - 1;
    expect(times("the API token deploy")).toBe(2);
    expect(times('href="/api-tokens/1"')).toBe(links);
    expect(times('href="/verifiers/2"'), "that page is for all").toBe(2);
  },
);

test("what is said instead of a link stands where the page is not shown, and only there", () => {
  const end = (sees: OwnSecretKind[]) =>
    renderToStaticMarkup(
      <OwnerLink kind="api_token" ownerId="1" sees={sees} otherwise="Ask an owner.">
        End it.
      </OwnerLink>,
    );
  expect(end(RESPONDER)).toBe("Ask an owner.");
  expect(end(OWNER)).toBe('<a href="/api-tokens/1">End it.</a>');
});
