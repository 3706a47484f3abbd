"use client";

import { Radio } from "@mantine/core";
import { IconAppWindow, IconDeviceMobile, IconDeviceTv, IconRobot, IconServer } from "@tabler/icons-react";
import { CLIENT_KIND_WORDS, CLIENT_KINDS, type ClientKind } from "#lib/clients/model.ts";
import classes from "./kind-choice.module.css";

const ICONS = {
  web: IconServer,
  spa: IconAppWindow,
  native: IconDeviceMobile,
  device: IconDeviceTv,
  service: IconRobot,
} as const;

/** What kind of application a client is: everything else that is asked follows from it. */
export function KindChoice({ value, onChange }: { value: ClientKind; onChange: (kind: ClientKind) => void }) {
  return (
    <Radio.Group
      value={value}
      onChange={(next) => onChange(next as ClientKind)}
      aria-label="Kind of application"
    >
      <div className={classes.grid}>
        {CLIENT_KINDS.map((kind) => {
          const Icon = ICONS[kind];
          return (
            <Radio.Card key={kind} value={kind} className={classes.card}>
              <Icon size={20} stroke={1.6} aria-hidden className={classes.icon} />
              <span>
                <span className={classes.name}>{CLIENT_KIND_WORDS[kind].name}</span>
                <span className={classes.means}>{CLIENT_KIND_WORDS[kind].means}</span>
              </span>
              <Radio.Indicator size="xs" className={classes.dot} />
            </Radio.Card>
          );
        })}
      </div>
    </Radio.Group>
  );
}
