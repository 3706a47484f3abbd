import Link from "next/link";
import type { ReactNode } from "react";
import { CardHeading } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import type { ActRow, Explained } from "#lib/access/model.ts";
import { isEachTime } from "#lib/access/where-words.ts";
import { GUARDED_WORDS } from "#lib/approvals/model.ts";
import { NEVER_UNATTENDED, STEP_UP_KINDS, STEP_UP_WORDS } from "#lib/step-up/model.ts";
import { accessWords as words } from "./access-words.ts";

/** What of it, and what that means. */
function Said({ of, means }: { of: readonly string[]; means: ReactNode }) {
  return (
    <>
      {of.join(" · ")}
      <div className="muted">{means}</div>
    </>
  );
}

/** Acts by name, each with the way to who may do it. */
function Acts({ acts }: { acts: readonly ActRow[] }) {
  return (
    <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {acts.map(({ id, summary }) => (
        <li key={id}>
          <Link prefetch={false} href={`/access?act=${id}`}>
            {summary}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What comes before the dangerous ones of somebody's acts: asked again, a second person, typed; each once, and what it means. */
export function AccessFirst({ explained: { subject, areas } }: { explained: Explained }) {
  const rows = areas.flatMap(({ permissions }) => permissions.filter(({ may }) => may));
  const obstacles = rows.flatMap((row) => row.obstacles);
  // nobody could answer for a program: it waits, or its right to act by itself lets it pass
  const isProgram = subject.kind === "api_token";
  const askedFor = (isEach: boolean) =>
    STEP_UP_KINDS.filter(
      (kind) =>
        obstacles.some(
          (one) =>
            one.kind === "step_up" &&
            one.of === kind &&
            isEachTime(one.where) === isEach &&
            (!(isProgram && subject.isUnattended) || (NEVER_UNATTENDED.has(kind) && !one.shutsOut)),
        ),
      // what holds for a while of approvals is the policy alone
    ).map((kind) => (kind === "approvals" && !isEach ? words.policy : STEP_UP_WORDS[kind].name));
  const asked = askedFor(false);
  const askedEach = isProgram ? [] : askedFor(true);
  const eyes = [
    ...new Set(obstacles.flatMap((one) => (one.kind === "four_eyes" ? [GUARDED_WORDS[one.of].name] : []))),
  ];
  const typed = rows
    .flatMap(({ acts }) => acts)
    .filter((act) => act.obstacles.some(({ kind }) => kind === "typed"));
  const items = [
    ...(asked.length === 0
      ? []
      : [
          {
            key: isProgram ? words.waits : words.asked,
            value: <Said of={asked} means={isProgram ? words.waitsMeans : words.askedMeans} />,
          },
        ]),
    ...(askedEach.length === 0
      ? []
      : [{ key: words.askedEach, value: <Said of={askedEach} means={words.askedEachMeans} /> }]),
    ...(eyes.length === 0
      ? []
      : [{ key: words.eyes, word: "fourEyes" as const, value: <Said of={eyes} means={words.eyesMeans} /> }]),
    ...(typed.length === 0
      ? []
      : [
          {
            key: words.typed,
            value: (
              <>
                <Acts acts={typed} />
                <div className="muted">{words.typedMeans}</div>
              </>
            ),
          },
        ]),
  ];
  return (
    <>
      <CardHeading>{words.first}</CardHeading>
      {items.length === 0 ? <p className="muted">{words.nothingFirst}</p> : <KeyValue wide items={items} />}
    </>
  );
}
