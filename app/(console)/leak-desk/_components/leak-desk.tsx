"use client";

import { Alert, Button, Group, Progress, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconInfoCircle, IconLock, IconSearch } from "@tabler/icons-react";
import { type ClipboardEvent, type FormEvent, useRef, useState } from "react";
import { Card } from "#components/display/card.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useKeep } from "#components/live/live.tsx";
import type { Paste } from "#components/token-input/read-paste.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import { FoundValues } from "./found-values.tsx";
import classes from "./leak-desk.module.css";
import { type LookedUp, lookUp } from "./look-up.ts";
import { OpenCase } from "./open-case.tsx";
import { OwnSecrets } from "./own-secrets.tsx";
import { leakWords as words } from "./words.ts";

type Stage =
  | { is: "asking" }
  | { is: "stopped"; problem: unknown; paste: Paste | null }
  | { is: "looking"; done: number; of: number }
  | { is: "empty"; hasSecret: boolean }
  | { is: "found"; found: LookedUp };

/**
 * The paste box. What is pasted is read at once and never put into the field, so that no value stands in the page, its history or what a browser restores;
 * what was typed is taken out of it when it is looked up. From then on the page knows ids and hashes alone, in its memory and nowhere else: with them it goes on where looking up failed, such as by
 * a session that ended.
 */
export function LeakDesk({ canOpen, sees }: { canOpen: boolean; sees: readonly OwnSecretKind[] }) {
  const [stage, setStage] = useState<Stage>({ is: "asking" });
  const [isTyped, setIsTyped] = useState(false);
  const [isReading, setIsReading] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const asking = useRef<AbortController | null>(null);
  // also while it is read: what was taken out of the field stands nowhere else
  useKeep(isTyped || isReading || (stage.is !== "asking" && stage.is !== "empty"));

  async function read(text: string) {
    if (field.current) field.current.value = "";
    setIsReading(true);
    setIsTyped(false);
    try {
      const { readPaste } = await import("#components/token-input/read-paste.ts");
      const paste = readPaste(text);
      if (paste.values.length === 0) return setStage({ is: "empty", hasSecret: paste.hasSecret });
      await ask(paste);
    } catch (problem) {
      setStage({ is: "stopped", problem, paste: null });
    } finally {
      setIsReading(false);
    }
  }

  async function ask(paste: Paste) {
    const abort = new AbortController();
    asking.current = abort;
    const of = paste.values.length;
    setStage({ is: "looking", done: 0, of });
    try {
      const found = await lookUp(paste, (done) => setStage({ is: "looking", done, of }), abort.signal);
      setStage({ is: "found", found });
    } catch (problem) {
      setStage(abort.signal.aborted ? { is: "asking" } : { is: "stopped", problem, paste });
    }
  }

  function paste(event: ClipboardEvent) {
    event.preventDefault();
    void read(event.clipboardData.getData("text"));
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = field.current?.value ?? "";
    if (text.trim() !== "") void read(text);
  }

  function again() {
    asking.current?.abort();
    setStage({ is: "asking" });
  }

  if (stage.is === "found")
    return (
      <div className={classes.desk}>
        <FoundValues found={stage.found} sees={sees} />
        <OwnSecrets found={stage.found.found} sees={sees} />
        <OpenCase found={stage.found.found} canOpen={canOpen} />
        <div>
          <Button leftSection={<IconArrowBackUp size={16} />} onClick={again}>
            {words.again}
          </Button>
        </div>
      </div>
    );
  return (
    <div className={classes.desk}>
      <Card>
        <form onSubmit={submit}>
          <Textarea
            ref={field}
            className={classes.field}
            label={words.field}
            description={words.hint}
            placeholder={words.placeholder}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            autoFocus
            disabled={stage.is === "looking"}
            onPaste={paste}
            onChange={(event) => setIsTyped(event.currentTarget.value !== "")}
          />
          <div className={classes.foot}>
            <span className="muted">
              <IconLock size={15} aria-hidden style={{ verticalAlign: "-2px" }} /> Only ids and SHA-256 hashes
              are asked for.
            </span>
            <Button
              type="submit"
              variant="filled"
              leftSection={<IconSearch size={16} />}
              loading={stage.is === "looking"}
            >
              {words.look}
            </Button>
          </div>
        </form>
      </Card>
      {stage.is === "looking" ? (
        <Card>
          <p role="status">
            {groupedNumber(stage.done)} of {groupedNumber(stage.of)} looked up
          </p>
          <Progress value={(stage.done / stage.of) * 100} mt={8} aria-label="Looked up" />
          <Button mt={12} onClick={again}>
            Stop
          </Button>
        </Card>
      ) : null}
      {stage.is === "empty" ? (
        <Alert title={words.noToken} icon={<IconInfoCircle size={18} />} color="yellow" role="alert">
          <p>{words.noTokenText}</p>
          {stage.hasSecret ? <p>{words.secret}</p> : null}
        </Alert>
      ) : null}
      {stage.is === "stopped" ? <Stopped {...stage} onGoOn={ask} onAgain={again} /> : null}
    </div>
  );
}

/** Why it was not looked up, and what was pasted, as ids and hashes, to go on with. */
function Stopped({
  problem,
  paste,
  onGoOn,
  onAgain,
}: {
  problem: unknown;
  paste: Paste | null;
  onGoOn: (paste: Paste) => Promise<void>;
  onAgain: () => void;
}) {
  return (
    <>
      <ProblemAlert
        error={problem}
        title="It could not be looked up"
        outcome={paste === null ? words.pasteGone : words.pasteKept(groupedNumber(paste.values.length))}
      />
      {paste === null ? null : (
        <Group gap="xs">
          <Button variant="filled" leftSection={<IconSearch size={16} />} onClick={() => void onGoOn(paste)}>
            {words.lookAgain}
          </Button>
          <Button leftSection={<IconArrowBackUp size={16} />} onClick={onAgain}>
            {words.again}
          </Button>
        </Group>
      )}
    </>
  );
}
