"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { CopyButton } from "../display/copy-button.tsx";
import classes from "./state.module.css";

type ErrorStateProps = {
  /** What failed: "The tokens could not be loaded". */
  title: string;
  /** Why, where it is known and may be shown. */
  reason?: string | undefined;
  requestId?: string | undefined;
  retry?: (() => void) | undefined;
};

/** A failure: what failed, that nothing was lost, the request id, and a retry. */
export function ErrorState({ title, reason, requestId, retry }: ErrorStateProps) {
  return (
    <div className={classes.state} role="alert" data-tone="revoked">
      <span className={classes.icon} aria-hidden>
        <IconAlertTriangle size={26} stroke={1.6} />
      </span>
      <p className={classes.title}>{title}</p>
      <div className={classes.text}>
        {reason ? <p>{reason}</p> : null}
        <p>Nothing was changed and nothing is lost.</p>
        {requestId ? (
          <p className={classes.request}>
            Request <code className="mono">{requestId}</code>
            <CopyButton value={requestId} what="request id" />
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
