"use client";

import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { IconKey, IconLock, IconSearch, IconVocabulary } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Role, roleHas } from "#lib/authz/roles.ts";
import { GLOSSARY } from "../display/glossary.ts";
import { pastedLines } from "../token-input/pasted-lines.ts";
import { holdsValue } from "../token-input/see-token.ts";
import { ACTS, type FrameAct, MORE_PAGES } from "./acts.ts";
import classes from "./command-palette.module.css";
import { SECTIONS } from "./destinations.ts";
import { type Found, findByName } from "./find-by-name.ts";
import { isMeant } from "./is-meant.ts";
import { PastedActions, usePasted } from "./pasted-actions.tsx";
import { useThemeActs } from "./theme-acts.ts";
import { whenClosed } from "./when-closed.ts";

const [store, spotlight] = createSpotlight();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SHA256 = /^[0-9a-f]{64}$/i;
const DESTINATIONS = [...SECTIONS.flatMap((section) => section.destinations), ...MORE_PAGES];

/** What Enter will do: the spotlight marks the line in the document itself. */
function selectFirst(): void {
  const list = document.getElementById(store.getState().listId);
  list?.querySelector("[data-selected]")?.removeAttribute("data-selected");
  list?.querySelector("[data-action]")?.setAttribute("data-selected", "true");
  store.updateState((state) => ({ ...state, selected: 0 }));
}

/** What a text finds by its name, asked for when the typing rests. Never asked with anything that looks like a token. */
function useFound(text: string, isSafe: boolean): Found[] {
  const [found, setFound] = useState<Found[]>([]);
  useEffect(() => {
    setFound([]);
    if (!isSafe || text.length < 2) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      findByName(text, stop.signal)
        .then((rows) => (stop.signal.aborted ? undefined : setFound(rows)))
        .catch(() => {});
    }, 180);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, isSafe]);
  return found;
}

/** ⌘K or Ctrl K: goes anywhere, finds a client, user or token, recognises a pasted token without sending it. */
export function CommandPalette({
  isOpen,
  typed,
  onTaken,
  onClose,
  role,
  frameActs,
}: {
  isOpen: boolean;
  /** The field that stood in for this one until it came. */
  typed: RefObject<HTMLInputElement | null>;
  /** What was typed there goes on here. */
  onTaken: () => void;
  onClose: () => void;
  role: Role;
  /** What the frame itself does, such as signing out. */
  frameActs: readonly FrameAct[];
}) {
  const router = useRouter();
  const [query, setQuery] = useState("");
  const text = query.trim();
  const pasted = usePasted(text);
  const isSecret = pasted.length === 0 && holdsValue(text);
  const isValue = pasted.length > 0 || isSecret;
  const isId = UUID.test(text) || SHA256.test(text);
  const themeActs = useThemeActs();
  const found = useFound(text, !isValue && !isId && text.length <= 100);

  const field = useRef<HTMLInputElement>(null);
  const takeOver = useCallback(() => {
    if (typed.current === null || field.current === null) return;
    setQuery(typed.current.value);
    field.current.focus({ preventScroll: true });
    onTaken();
  }, [typed, onTaken]);
  const takeField = useCallback(
    (came: HTMLInputElement | null) => {
      field.current = came;
      takeOver();
    },
    [takeOver],
  );
  // one that is closing still has its field
  useLayoutEffect(() => {
    if (isOpen) takeOver();
  }, [isOpen, takeOver]);

  const looked = pasted.map((one) => one.looked.is).join();

  const closed = useRef(() => {});
  closed.current = () => {
    // at once: what was pasted does not wait in it for the next time
    setQuery("");
    if (isOpen) onClose();
  };
  useEffect(() => whenClosed(store, () => closed.current()), []);
  useEffect(() => {
    if (isOpen) spotlight.open();
    else spotlight.close();
  }, [isOpen]);

  // what Enter does is the first of what is shown, also after more was found
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new list begins at its first line
  useEffect(() => {
    if (isOpen) selectFirst();
  }, [isOpen, text, found, looked]);

  function go(href: string) {
    setQuery("");
    router.push(href);
  }

  const isFound = (one: { name: string; about: string }) => isMeant(one, text);
  const isCalled = ({ name }: { name: string }) => Number(name.toLowerCase().startsWith(text.toLowerCase()));
  // what is called so comes before what is about it
  const places = DESTINATIONS.filter(isFound).sort((one, other) => isCalled(other) - isCalled(one));
  const explained = text.length < 3 ? [] : Object.values(GLOSSARY).filter(({ name }) => isCalled({ name }));
  const acts: FrameAct[] = [
    ...ACTS.filter((act) => roleHas(role, act.needs)).map((act) => ({ ...act, run: () => go(act.href) })),
    ...themeActs,
    ...frameActs,
  ].filter(isFound);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      // the frame knows what had it before the field that stood in
      returnFocus={false}
      scrollable
      maxHeight={440}
      yOffset="14vh"
      centered={false}
      overlayProps={{ color: "var(--tw-scrim)", backgroundOpacity: 1, blur: 0 }}
      attributes={{ content: { "aria-label": "Find, go to, or paste a token" } }}
      classNames={{ search: classes.search, action: classes.action, actionsGroup: classes.group }}
    >
      <Spotlight.Search
        ref={takeField}
        placeholder="Find, go to, or paste a token"
        aria-label="Find, go to, or paste a token"
        leftSection={<IconSearch size={18} />}
        onPaste={(event) => {
          const lines = pastedLines(event);
          if (lines !== null) setQuery(lines);
        }}
        autoComplete="off"
        spellCheck={false}
      />
      <Spotlight.ActionsList>
        {pasted.length > 0 ? <PastedActions pasted={pasted} onGo={go} /> : null}
        {isSecret ? (
          <Spotlight.ActionsGroup label="This is a secret. It stays in this browser.">
            <Spotlight.Action
              label="Secrets are not searched for"
              description="Rotate it at its client, verifier or API token: nothing is found by a secret itself."
              leftSection={<IconLock size={18} />}
              closeSpotlightOnTrigger={false}
            />
          </Spotlight.ActionsGroup>
        ) : null}
        {!isValue && isId ? (
          <Spotlight.ActionsGroup label="By id">
            {UUID.test(text) ? (
              <Spotlight.Action
                label={`Open token ${text.slice(0, 8)}…${text.slice(-4)}`}
                description="By its jti"
                leftSection={<IconKey size={18} />}
                onClick={() => go(`/tokens/${text.toLowerCase()}`)}
              />
            ) : (
              <Spotlight.Action
                label={`Find the token with hash ${text.slice(0, 8)}…`}
                description="By the SHA-256 of its value"
                leftSection={<IconKey size={18} />}
                onClick={() => go(`/tokens/${text.toLowerCase()}`)}
              />
            )}
          </Spotlight.ActionsGroup>
        ) : null}
        {found.length > 0 ? (
          <Spotlight.ActionsGroup label="By name">
            {found.map(({ href, label, description, Icon }) => (
              <Spotlight.Action
                key={href}
                label={label}
                description={description}
                leftSection={<Icon size={18} stroke={1.7} />}
                onClick={() => go(href)}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {!isValue && places.length > 0 ? (
          <Spotlight.ActionsGroup label="Go to">
            {places.map(({ href, name, about, Icon }) => (
              <Spotlight.Action
                key={href}
                label={name}
                description={about}
                leftSection={<Icon size={18} stroke={1.7} />}
                onClick={() => go(href)}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {!isValue && acts.length > 0 ? (
          <Spotlight.ActionsGroup label="Do">
            {acts.map(({ name, about, Icon, run }) => (
              <Spotlight.Action
                key={name}
                label={name}
                description={about}
                leftSection={<Icon size={18} stroke={1.7} />}
                onClick={run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {!isValue && explained.length > 0 ? (
          <Spotlight.ActionsGroup label="What it means">
            {explained.map(({ name, means }) => (
              <Spotlight.Action
                key={name}
                label={name}
                description={means}
                leftSection={<IconVocabulary size={18} stroke={1.7} />}
                closeSpotlightOnTrigger={false}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {!isValue && text.length > 1 && !isId ? (
          <Spotlight.ActionsGroup label="Search">
            <Spotlight.Action
              label={`Tokens that match “${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`}
              leftSection={<IconSearch size={18} />}
              onClick={() => go(`/tokens?q=${encodeURIComponent(text.slice(0, 200))}`)}
            />
          </Spotlight.ActionsGroup>
        ) : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
