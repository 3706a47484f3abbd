"use client";

import { ActionIcon } from "@mantine/core";
import { IconStack2 } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useId, useState } from "react";
import { isUnderWay } from "#lib/work/model.ts";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandPopover } from "../on-demand/popover.tsx";
import { useWork } from "./work.tsx";
import classes from "./work-tray.module.css";

const WorkLines = dynamic(() => import("./work-lines.tsx").then((module) => module.WorkLines), {
  ssr: false,
  loading: () => <p className="muted">Looking…</p>,
});

/** Long work, in the top bar of every page: what is under way, how far it is, and what has just ended. */
export function WorkTray() {
  const { items, isOld } = useWork();
  const [isOpen, setIsOpen] = useState(false);
  const headingId = useId();
  const running = items.filter(isUnderWay).length;
  const label = running === 0 ? "Work, nothing under way" : `Work, ${running} under way`;
  return (
    <OnDemandPopover
      isOpen={isOpen}
      onChange={setIsOpen}
      position="bottom-end"
      width={400}
      trapFocus
      returnFocus
      dropdown={{ className: classes.tray, "aria-label": "Long work", "aria-labelledby": headingId }}
      target={
        <Hint disabled={isOpen} label={running === 0 ? "Long work" : `${running} under way`}>
          <ActionIcon aria-label={label} className={classes.target} onClick={() => setIsOpen((was) => !was)}>
            <IconStack2 size={18} />
            {running > 0 ? (
              <span className={classes.count} aria-hidden>
                {running}
              </span>
            ) : null}
          </ActionIcon>
        </Hint>
      }
    >
      <WorkLines headingId={headingId} items={items} isOld={isOld} onGo={() => setIsOpen(false)} />
    </OnDemandPopover>
  );
}
