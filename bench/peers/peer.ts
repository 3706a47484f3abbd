import type { Credentials } from "#bench/authority/credentials.ts";
import type { Child } from "#bench/child.ts";

/** Database connections of each side. */
export const POOL_SIZE = 16;

/** The authorities that are measured where they can be had; stock oidc-provider is measured always. */
export const OTHER_PEERS = ["keycloak", "hydra"] as const;
export type OtherPeer = (typeof OTHER_PEERS)[number];

/** Where and how one authority is asked for the work that all of them do. */
export type Endpoints = {
  token: string;
  introspection: string;
  revocation: string;
  jwks: string;
  /** Of the client that gets tokens and gives them back. */
  clientAuthorization: string;
  /** Of who introspects; null where nobody is asked who they are. */
  introspectionAuthorization: string | null;
  /** The form by which a client gets a JWT. */
  jwtForm: string;
  /** The form by which it gets what is introspected and revoked. */
  usedForm: string;
  /** Of the client that people sign in by. */
  webAuthorization: string;
};

/** How people sign in there by the web client, and what their codes and refresh tokens are exchanged by. */
export type SignIns = {
  /** The authorization request of a person; who is signed in already is sent straight back with a code. */
  authorizationUrl(person: string): string;
  /** Where the browser goes on instead, where it is sent to an address at which nobody answers; null: it goes there. */
  detour?(url: URL, person: string): Promise<URL | null>;
  /** The form of an exchange, without its code. */
  codeForm: string;
  /** The form of a refresh, without its token. */
  refreshForm: string;
};

/** An authority under measurement. */
export type RunningSide = {
  endpoints: Endpoints;
  signIns: SignIns;
  child: Child;
  /** The server's own process, where it is not the one that was started. */
  pid: number;
  /** Needs half a minute of load before it is as fast as it gets. */
  warmsUpSlowly: boolean;
};

export type PeerStart = {
  /** The folder that it was built into. */
  home: string;
  /** Its own database, as its owner. */
  databaseUrl: string;
  /** Database connections, as `poolFor` says. */
  poolSize: number;
  credentials: Credentials;
  /** How many people can sign in. */
  people: number;
  stack: AsyncDisposableStack;
};

export type Peer = {
  name: OtherPeer;
  title: string;
  version: string;
  /** The folder that an earlier run built; null: there is none. */
  find(): string | null;
  /**
   * Gets and builds it where that has not been done.
   *
   * @throws where a tool is missing, or the registry or the build says no.
   */
  obtain(log: (line: string) => void, stack: AsyncDisposableStack): Promise<string>;
  /** Database connections that it needs under so many requests at a time: `POOL_SIZE` where it can do with that. */
  poolFor(connections: number): number;
  /** Starts it on an empty database and registers there what the load needs. */
  start(options: PeerStart): Promise<RunningSide>;
};
