import { IconDownload, IconKey } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { openApiDocument } from "#app/_lib/openapi.ts";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Scroller } from "#components/display/scroller.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { OperationDetail } from "./_components/operation-detail.tsx";
import { OperationIndex } from "./_components/operation-index.tsx";
import classes from "./_components/reference.module.css";
import { referenceWords as words } from "./_components/words.ts";
import { type ApiDocument, indexOf, operationsOf } from "./_lib/document.ts";

export const metadata: Metadata = { title: words.title };

// made of the schemas once: they are the program's own
let document: ApiDocument | undefined;

export default async function ApiReferencePage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { op } = await searchParams;
  const ctx = await requireSignedIn(
    typeof op === "string" ? `/api-reference?op=${encodeURIComponent(op)}` : "/api-reference",
  );
  document ??= openApiDocument(allRoutes()) as ApiDocument;
  const operations = operationsOf(document);
  const open = operations.find(({ operationId }) => operationId === op);
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <>
            {can(ctx, "api-token:read") ? (
              <LinkButton href="/api-tokens" leftSection={<IconKey size={16} />}>
                {words.tokens}
              </LinkButton>
            ) : null}
            <LinkButton href="/api/v1/openapi.json" leftSection={<IconDownload size={16} />}>
              {words.document}
            </LinkButton>
          </>
        }
      />
      <div className={classes.reference} data-open={op !== undefined}>
        <OperationIndex rows={indexOf(operations)} openId={open?.operationId ?? null} />
        <Scroller label={words.operation} className={classes.detail}>
          {open === undefined ? (
            <Card title={op === undefined ? words.how : words.unknown}>
              {op === undefined ? (
                <KeyValue items={words.howItems} />
              ) : (
                <p className="muted">{words.unknownText}</p>
              )}
            </Card>
          ) : (
            <OperationDetail document={document} operation={open} consoleUrl={getEnv().consoleUrl} />
          )}
        </Scroller>
      </div>
    </Page>
  );
}
