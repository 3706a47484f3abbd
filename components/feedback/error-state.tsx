"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { CopyButton } from "../display/copy-button.tsx";
import classes from "./state.module.css";

type ErrorStateProps = {
  /** Where it is all that the page has: the title is the page's own. */
  isPage?: boolean;
  /** What failed: "The tokens could not be loaded". */
  title: string;
  /** Why, where it is known and may be shown. */
  reason?: string | undefined;
  requestId?: string | undefined;
  /** The error's own number in the server's log, where the request's id is not known. */
  digest?: string | undefined;
  retry?: (() => void) | undefined;
};

/** A failure: what failed, that nothing was lost, the request id, and a retry. */
export function ErrorState({ title, reason, requestId, digest, retry, isPage = false }: ErrorStateProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className={classes.state} role="alert" data-tone="revoked">
      <span className={classes.icon} aria-hidden>
        <IconAlertTriangle size={26} stroke={1.6} />
      </span>
      <Title className={classes.title}>{title}</Title>
      <div className={classes.text}>
        {reason ? <p>{reason}</p> : null}
        <p>Nothing was changed and nothing is lost.</p>
        {requestId ? (
          <p className={classes.request}>
            Request <code className="mono">{requestId}</code>
            <CopyButton value={requestId} what="request id" />
          </p>
        ) : null}
        {digest ? (
          <p className={classes.request}>
            In the console's log: error <code className="mono">{digest}</code>
            <CopyButton value={digest} what="error number" />
          </p>
        ) : null}
      </div>
      {retry ? (
        <div className={classes.actions}>
          <Button leftSection={<IconRefresh size={16} />} onClick={retry}>
            Try again
          </Button>
        </div>
      ) : null}
    </div>
  );
}
