import pg from "pg";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { AuthorityDriver } from "./drive-authority.ts";
import { ConsoleDriver, type Operation } from "./drive-console.ts";
import type { RunningProduct } from "./product.ts";
import { Transcript } from "./transcript.ts";

export const ROLES = ["owner", "responder", "governor", "auditor"] as const;

/** One product, everything that was asked of it, and every secret that there is in it. */
export class SecretsRun {
  readonly product: RunningProduct;
  readonly console: ConsoleDriver;
  readonly authority: AuthorityDriver;
  readonly databaseUrl: string;
  readonly transcript = new Transcript();
  readonly secrets = new Map<string, string | Buffer>();
  /** By role: the cookies of an admin who is signed in. */
  readonly sessions = new Map<string, Map<string, string>>();
  /** By role. */
  readonly apiTokens = new Map<string, string>();
  /** Recognisable values that people paste into the wrong field. */
  readonly baits = new Map<string, string>();
  /** By kind: something that is there. */
  readonly ids: Record<string, string> = {};
  operations: Operation[] = [];

  constructor(product: RunningProduct) {
    this.product = product;
    this.console = new ConsoleDriver(this.transcript, product.consoleUrl);
    this.authority = new AuthorityDriver(this.transcript, product.authorityUrl);
    this.databaseUrl = findEmbeddedDatabaseUrl(product.dataDir) ?? "";
  }

  /** Remembers a secret under the name that a finding tells. */
  keep(name: string, value: string | Buffer): string {
    if (value.length === 0) throw new Error(`there is no ${name}`);
    this.secrets.set(name, value);
    return value.toString();
  }

  ownerToken(): string {
    return this.apiTokens.get("owner") ?? "";
  }

  bait(name: string): string {
    return this.baits.get(name) ?? "";
  }

  /** One statement as the database's owner. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}
