"use client";

import { Button, Progress } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconCircleCheck, IconLoader2 } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { isUnderWay, type WorkItem } from "#lib/work/model.ts";
import { Instant } from "../display/instant.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { requestJson } from "../request/request-json.ts";
import { useWork } from "./work.tsx";
import classes from "./work-tray.module.css";
import { endWords, percentOf, progressWords } from "./work-words.ts";

function StateIcon({ state }: Pick<WorkItem, "state">) {
  if (state === "done") return <IconCircleCheck size={16} aria-hidden className={classes.done} />;
  if (state === "failed") return <IconAlertTriangle size={16} aria-hidden className={classes.failed} />;
  if (state === "cancelled") return <IconBan size={16} aria-hidden className={classes.cancelled} />;
  return <IconLoader2 size={16} aria-hidden className={classes.running} />;
}

function WorkLine({ item, onGo }: { item: WorkItem; onGo: () => void }) {
  const { look } = useWork();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const percent = percentOf(item);

  async function cancel(path: string) {
    setIsBusy(true);
    setError(null);
    try {
      await requestJson(path, { method: "POST" });
      look();
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <li className={classes.item}>
      <StateIcon state={item.state} />
      <div className={classes.words}>
        {item.href ? (
          <Link prefetch={false} href={item.href} onClick={onGo} className={classes.title}>
            {item.title}
          </Link>
        ) : (
          <span className={classes.title}>{item.title}</span>
        )}
        {isUnderWay(item) ? (
          <>
            <p className={classes.progress}>{progressWords(item)}</p>
            <Progress
              value={percent ?? 100}
              size={4}
              striped={percent === null}
              animated={percent === null}
              aria-label={`${item.title}: ${percent === null ? "how much is left is not known" : `${percent} %`}`}
            />
            {item.note ? <p className="muted">{item.note}</p> : null}
          </>
        ) : (
          <>
            <p className={classes.progress}>{endWords(item)}</p>
            <p className="muted">
              <Instant at={item.endedAt} prefix="ended" focusable />
            </p>
          </>
        )}
        {error ? <ProblemAlert error={error} /> : null}
      </div>
      {item.cancelPath ? (
        <Button
          size="compact-sm"
          loading={isBusy}
          aria-label={`Cancel: ${item.title}`}
          onClick={() => void cancel(item.cancelPath as string)}
        >
          Cancel
        </Button>
      ) : null}
    </li>
  );
}

/** What is under way or has just ended, a line each. */
export function WorkLines({
  headingId,
  items,
  isOld,
  onGo,
}: {
  headingId: string;
  items: readonly WorkItem[];
  /** The console did not answer the last time. */
  isOld: boolean;
  onGo: () => void;
}) {
  return (
    <>
      <h2 id={headingId} className={classes.heading}>
        Long work
      </h2>
      {isOld ? (
        <p role="status" className="muted">
          The console does not answer; this may be old.
        </p>
      ) : null}
      {items.length === 0 ? (
        <p className="muted">
          Nothing is under way. Exports and large revocations stand here while they run, with how much is
          left, and for an hour after.
        </p>
      ) : (
        <ul className={classes.list}>
          {items.map((item) => (
            <WorkLine key={`${item.kind} ${item.id}`} item={item} onGo={onGo} />
          ))}
        </ul>
      )}
    </>
  );
}
