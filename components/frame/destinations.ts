import {
  IconAddressBook,
  IconApi,
  IconArchive,
  IconBell,
  IconBroadcast,
  IconChecklist,
  IconClockCog,
  IconFolders,
  IconGavel,
  IconKey,
  IconLayoutDashboard,
  IconLifebuoy,
  IconMail,
  IconPlugConnected,
  IconRadar,
  IconScan,
  IconShieldCheck,
  IconSignature,
  IconTargetArrow,
  IconTransfer,
  IconUrgent,
  IconUserCheck,
  IconUserKey,
  IconUserQuestion,
  IconUserShield,
  IconUsers,
} from "@tabler/icons-react";

export type Destination = {
  href: string;
  name: string;
  /** What a person finds there, for search. */
  about: string;
  /** What else people call it who look for it. */
  also?: string;
  Icon: typeof IconKey;
};

/** Everything that the navigation and the command palette lead to, by section. */
export const SECTIONS: { name: string | null; destinations: Destination[] }[] = [
  {
    name: null,
    destinations: [
      {
        href: "/",
        name: "Overview",
        about: "What is out there and what needs a look",
        Icon: IconLayoutDashboard,
      },
      { href: "/tokens", name: "Tokens", about: "Every access and refresh token", Icon: IconKey },
      { href: "/users", name: "Users", about: "People who hold tokens", Icon: IconUsers },
      { href: "/groups", name: "Groups", about: "Groups and the permissions they give", Icon: IconFolders },
      {
        href: "/clients",
        name: "Clients",
        about: "Applications that get tokens",
        also: "redirect addresses uri url, secrets, apps",
        Icon: IconPlugConnected,
      },
      {
        href: "/audiences",
        name: "Audiences",
        about: "Applications that accept tokens, and their permissions",
        Icon: IconTargetArrow,
      },
      { href: "/verifiers", name: "Verifiers", about: "Services that check tokens", Icon: IconShieldCheck },
      { href: "/keys", name: "Keys", about: "Keys that sign tokens", Icon: IconSignature },
    ],
  },
  {
    name: "Respond",
    destinations: [
      {
        href: "/leak-desk",
        name: "Leak desk",
        about: "Paste what leaked: what it is, whose, and a case for it",
        Icon: IconUrgent,
      },
      {
        href: "/detections",
        name: "Detections",
        about: "What is unusual: used after revocation, replayed, forged, new countries, bursts",
        Icon: IconRadar,
      },
      {
        href: "/incidents",
        name: "Cases",
        about: "Incidents from leak to report, with evidence packs",
        Icon: IconLifebuoy,
      },
      {
        href: "/audit",
        name: "Audit",
        about: "Every use of a token and every act of an admin",
        Icon: IconChecklist,
      },
      {
        href: "/approvals",
        name: "Approvals",
        about:
          "What waits for a second person, to approve or decline, and break-glass: what was done without one",
        Icon: IconUserCheck,
      },
      { href: "/orders", name: "Orders", about: "What was revoked, suspended and restored", Icon: IconGavel },
    ],
  },
  {
    name: "Organisation",
    destinations: [
      {
        href: "/settings",
        name: "Lifetimes",
        about: "How long tokens live, and the bounds",
        Icon: IconClockCog,
      },
      {
        href: "/settings/retention",
        name: "Retention",
        about: "How long expired tokens, uses and acts stay, and what that costs",
        Icon: IconArchive,
      },
      {
        href: "/settings/signals",
        name: "Signals",
        about: "Security events to receivers and from peers: OpenID Shared Signals, CAEP, RISC",
        Icon: IconBroadcast,
      },
      {
        href: "/settings/event-streams",
        name: "Event streams",
        about: "The audit to a SIEM: webhook, syslog, OCSF, with lag, last error and replay",
        Icon: IconTransfer,
      },
      {
        href: "/settings/scanners",
        name: "Scanners",
        about: "Secret scanners that report leaked tokens, and what is done at once",
        Icon: IconScan,
      },
      {
        href: "/settings/mail",
        name: "E-mail",
        about: "The mail server, and what was sent: SMTP, test, outbox",
        also: "email",
        Icon: IconMail,
      },
      {
        href: "/settings/sign-in",
        name: "Sign-in",
        about: "How admins come in: providers (OpenID Connect, SSO), roles by group, break-glass owners",
        also: "who can sign in, log in, redirect address uri url, local sign-in on off",
        Icon: IconUserKey,
      },
      {
        href: "/settings/approvals",
        name: "Four eyes",
        about: "Which acts want a second person",
        Icon: IconUserShield,
      },
      {
        href: "/settings/notifications",
        name: "Notifications",
        about: "What admins are told of by default, and the signed webhook: lag, last error, test",
        Icon: IconBell,
      },
      {
        href: "/admins",
        name: "Admins",
        about: "People who may use this console, their sessions and passkeys",
        also: "who can sign in, log in, team, invite",
        Icon: IconAddressBook,
      },
      {
        href: "/access",
        name: "Who may do what",
        about: "What an admin or API token may do and why, and who may do one act",
        Icon: IconUserQuestion,
      },
      { href: "/api-tokens", name: "API tokens", about: "Credentials for automation by REST", Icon: IconApi },
    ],
  },
];

/** The destination that a path belongs to: the longest that begins it. Families have no list of their own: they are of tokens. */
export function destinationOf(path: string): string | undefined {
  if (path.startsWith("/families/")) return "/tokens";
  return SECTIONS.flatMap((section) => section.destinations)
    .map((destination) => destination.href)
    .filter((href) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`)))
    .sort((a, b) => b.length - a.length)[0];
}
