"use client";

import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./secret-once.module.css";

type SecretOnceProps = {
  /** What it is: "Client secret". */
  name: string;
  value: string;
  /** What to do when it is lost, in a sentence. */
  whenLost?: string;
  /** What is kept of it here. */
  kept?: string;
  /** Whether it is several: one a line. */
  isMany?: boolean;
};

/** Shows a secret for the one time that it can be shown. It stays in memory only. */
export function SecretOnce({
  name,
  value,
  whenLost = "If it is lost, make a new one and remove this.",
  kept = "only its hash is kept",
  isMany = false,
}: SecretOnceProps) {
  const clipboard = useClipboard({ timeout: 3000 });
  return (
    <section className={classes.secret} aria-label={name}>
      <p className={classes.name}>{name}</p>
      <div className={classes.line}>
        <code className={classes.value}>{value}</code>
        <Button
          leftSection={clipboard.copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          onClick={() => clipboard.copy(value)}
        >
          {clipboard.copied ? "Copied" : "Copy"}
        </Button>
      </div>
      <p className={classes.warning}>
        <IconAlertTriangle size={16} aria-hidden />
        <span>
          Copy {isMany ? "them" : "it"} now: {kept}, so {isMany ? "they" : "it"} cannot be shown again.{" "}
          {whenLost}
        </span>
      </p>
    </section>
  );
}
