"use client";

import { ActionIcon, Burger, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconKeyboard,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconLogout,
  IconSearch,
  IconVocabulary,
} from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import type { OpenApprovals } from "#lib/approvals/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import type { AllTablePreferences } from "#lib/preferences/model.ts";
import { PreferencesProvider } from "../data-table/preferences.tsx";
import { ClockProvider } from "../display/clock.tsx";
import { ModKey } from "../display/mod-key.tsx";
import { Tag } from "../display/tag.tsx";
import { useWholeTextOnHover } from "../display/whole-text.ts";
import { Notices } from "../feedback/notices.tsx";
import { LiveDot, LiveProvider } from "../live/live.tsx";
import { StaleLine } from "../live/stale-line.tsx";
import { Bell } from "../notifications/bell.tsx";
import { expectDrawer, OnDemandDrawer } from "../on-demand/dialog.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { SecondPersonDialog } from "../second-person/second-person-dialog.tsx";
import { StepUpDialog } from "../step-up/step-up-dialog.tsx";
import { ColorSchemeMenu } from "../theme/color-scheme-menu.tsx";
import { WorkProvider } from "../work/work.tsx";
import { WorkTray } from "../work/work-tray.tsx";
import { AccountMenu, type Person } from "./account-menu.tsx";
import type { FrameAct } from "./acts.ts";
import { ApprovalsLink, approvalCounts } from "./approvals-link.tsx";
import { COLLAPSED_COOKIE } from "./collapsed-cookie.ts";
import { ComingPalette } from "./coming-palette.tsx";
import classes from "./frame.module.css";
import { KeyboardMap } from "./keyboard-map.tsx";
import { Mark } from "./mark.tsx";
import { Navigation } from "./navigation.tsx";
import { WithOpenApprovals } from "./open-approvals.tsx";
import { SessionEnded } from "./session-ended.tsx";
import { expectPalette, loadPalette, usePalette } from "./use-palette.ts";

const CommandPalette = dynamic(loadPalette, { ssr: false });
const GlossaryDialog = dynamic(
  () => import("./glossary-dialog.tsx").then((module) => module.GlossaryDialog),
  { ssr: false },
);
const BrokenGlassBanner = dynamic(() =>
  import("./broken-glass-banner.tsx").then((module) => module.BrokenGlassBanner),
);

/** react-remove-scroll's name for what stays where it is while a dialog has taken the page's scrollbar away. */
const KEEPS_ITS_PLACE = "right-scroll-bar-position";

type FrameProps = {
  environmentName: string;
  person: Person;
  role: Role;
  isCollapsed: boolean;
  /** Whether their role lets lists leave as files. */
  mayExport: boolean;
  tablePreferences: AllTablePreferences;
  approvals: OpenApprovals;
  /** What they were told and have not read yet. */
  unread: number;
  /** The server's clock. */
  now: string;
  onSignOut: () => Promise<void>;
  children: ReactNode;
};

function toneOf(environment: string): "revoked" | "suspended" | "standby" {
  if (/^prod/i.test(environment)) return "revoked";
  return /^(stag|pre|uat)/i.test(environment) ? "suspended" : "standby";
}

/** What stands around every page of the console. */
export function Frame(props: FrameProps) {
  const { environmentName, person, now, onSignOut, children } = props;
  const [isCollapsed, setIsCollapsed] = useState(props.isCollapsed);
  const [isDrawerOpen, drawer] = useDisclosure(false);
  const palette = usePalette();
  const [areKeysShown, keys] = useDisclosure(false);
  const [areWordsShown, words] = useDisclosure(false);
  useWholeTextOnHover();

  function toggleCollapsed() {
    const next = !isCollapsed;
    setIsCollapsed(next);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure context
    document.cookie = `${COLLAPSED_COOKIE}=${next ? "collapsed" : "open"}; path=/; max-age=31536000; samesite=lax`;
  }

  const frameActs: FrameAct[] = [
    {
      name: "Show the keys",
      about: "What each key does: the keyboard map",
      Icon: IconKeyboard,
      run: keys.open,
    },
    {
      name: "Explain the words",
      about: "Glossary: what family, seal, verifier and the others mean",
      Icon: IconVocabulary,
      run: words.open,
    },
    {
      name: isCollapsed ? "Widen the navigation" : "Narrow the navigation",
      about: "The side of every page, kept in this browser",
      Icon: isCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse,
      run: toggleCollapsed,
    },
    { name: "Sign out", about: "Ends this session", Icon: IconLogout, run: () => void onSignOut() },
  ];
  return (
    <ClockProvider now={now}>
      <LiveProvider>
        <PreferencesProvider initial={props.tablePreferences}>
          <WorkProvider mayExport={props.mayExport}>
            <Notices />
            <StepUpDialog />
            <SecondPersonDialog isOwner={props.role === "owner"} />
            <KeyboardMap isOpen={areKeysShown} onOpen={keys.open} onClose={keys.close} />
            <WithOpenApprovals initial={props.approvals}>
              {(approvals) => (
                <>
                  <a href="#main" className={classes.skip}>
                    Skip to the page
                  </a>
                  <div className={classes.shell} data-collapsed={isCollapsed || undefined}>
                    <header className={`${classes.top} ${KEEPS_ITS_PLACE}`}>
                      <Burger
                        hiddenFrom="md"
                        size="sm"
                        opened={isDrawerOpen}
                        onClick={drawer.toggle}
                        onPointerEnter={expectDrawer}
                        aria-label="Open the navigation"
                      />
                      <Link
                        prefetch={false}
                        href="/"
                        className={classes.brand}
                        aria-label="Tokenwarden, overview"
                      >
                        <Mark />
                        <span className={classes.name}>Tokenwarden</span>
                      </Link>
                      <span className={classes.environment} title={environmentName}>
                        <Tag tone={toneOf(environmentName)}>
                          <span className={classes.environmentName}>{environmentName}</span>
                        </Tag>
                      </span>
                      <span className={classes.space} />
                      <UnstyledButton
                        className={classes.search}
                        onClick={palette.open}
                        onPointerEnter={expectPalette}
                      >
                        <IconSearch size={16} aria-hidden />
                        <span className={classes.searchWords}>Find, go to, or paste a token</span>
                        <kbd className={classes.key} aria-hidden>
                          <ModKey with="K" />
                        </kbd>
                      </UnstyledButton>
                      <ApprovalsLink approvals={approvals} />
                      <WorkTray />
                      <Bell unread={props.unread} />
                      <ColorSchemeMenu />
                      <AccountMenu person={person} onSignOut={onSignOut} />
                    </header>
                    <nav className={classes.side} aria-label="Console">
                      <Navigation isCollapsed={isCollapsed} counts={approvalCounts(approvals)} />
                      <div className={classes.foot} data-collapsed={isCollapsed || undefined}>
                        <LiveDot isShort={isCollapsed} />
                        <Hint
                          label={isCollapsed ? "Widen the navigation" : "Narrow the navigation"}
                          position="right"
                        >
                          <ActionIcon
                            aria-label={isCollapsed ? "Widen the navigation" : "Narrow the navigation"}
                            onClick={toggleCollapsed}
                          >
                            {isCollapsed ? (
                              <IconLayoutSidebarLeftExpand size={18} />
                            ) : (
                              <IconLayoutSidebarLeftCollapse size={18} />
                            )}
                          </ActionIcon>
                        </Hint>
                      </div>
                    </nav>
                    <main id="main" tabIndex={-1} className={classes.main}>
                      <SessionEnded />
                      <StaleLine />
                      {approvals.toReview.length > 0 ? (
                        <BrokenGlassBanner broken={approvals.toReview} />
                      ) : null}
                      {children}
                    </main>
                  </div>
                  <OnDemandDrawer
                    isOpen={isDrawerOpen}
                    onClose={drawer.close}
                    size={280}
                    title="Tokenwarden"
                    hiddenFrom="md"
                  >
                    <nav aria-label="Console, all pages">
                      <Navigation onNavigate={drawer.close} counts={approvalCounts(approvals)} />
                    </nav>
                    <div className={classes.foot}>
                      <LiveDot />
                    </div>
                  </OnDemandDrawer>
                </>
              )}
            </WithOpenApprovals>
            {palette.wasOpened ? <GlossaryDialog isOpen={areWordsShown} onClose={words.close} /> : null}
            {palette.isComing ? <ComingPalette typed={palette.typed} onClose={palette.close} /> : null}
            {palette.wasOpened ? (
              <CommandPalette
                isOpen={palette.isOpen}
                typed={palette.typed}
                onTaken={palette.onTaken}
                onClose={palette.close}
                role={props.role}
                frameActs={frameActs}
              />
            ) : null}
          </WorkProvider>
        </PreferencesProvider>
      </LiveProvider>
    </ClockProvider>
  );
}
