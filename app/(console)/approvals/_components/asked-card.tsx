import { Fragment } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { type ApprovalDetail, GUARDED_WORDS } from "#lib/approvals/model.ts";
import { askerWords, approvalWords as words } from "./words.ts";

function decisionOf(approval: ApprovalDetail): KeyValueItem[] {
  if (approval.decidedBy === null) return [];
  return [
    {
      key: words.decided,
      value: (
        <>
          {approval.decidedBy}, <Instant at={approval.decidedAt} show="exact" />
        </>
      ),
    },
    ...(approval.note ? [{ key: words.note, value: approval.note }] : []),
  ];
}

function reviewOf(approval: ApprovalDetail): KeyValueItem[] {
  if (approval.reviewedBy === null) return [];
  return [
    {
      key: words.reviewed,
      value: (
        <>
          {approval.reviewedBy}, <Instant at={approval.reviewedAt} show="exact" />
        </>
      ),
    },
    { key: words.note, value: approval.reviewNote },
  ];
}

/** A path that goes on in the next line after one of its slashes, never within a word. */
const withBreaks = (path: string) =>
  path.split(/(?<=\/)/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: its parts have a fixed order
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));

/** Who asked, why, until when, and what became of it. */
export function AskedCard({ approval }: { approval: ApprovalDetail }) {
  const isOpen = approval.state === "pending" || approval.state === "approved";
  return (
    <Card title={words.asked}>
      <KeyValue
        items={[
          { key: words.askedBy, value: askerWords(approval.requestedBy) },
          { key: words.asked, value: <Instant at={approval.createdAt} show="exact" /> },
          { key: words.why, value: approval.reason },
          {
            key: words.because,
            value: approval.kinds.map((kind) => GUARDED_WORDS[kind].name).join(", "),
          },
          ...(isOpen
            ? [{ key: words.until, value: <Instant at={approval.expiresAt} show="exact" focusable /> }]
            : []),
          ...decisionOf(approval),
          ...reviewOf(approval),
          { key: words.permissions, value: <span className="mono">{approval.permissions.join(", ")}</span> },
          {
            key: words.request,
            value: (
              <span className="mono">
                {approval.method} {withBreaks(approval.path)}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}
