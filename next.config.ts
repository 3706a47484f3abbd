import type { NextConfig } from "next";

const config: NextConfig = {
  // several development servers can stand side by side
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  serverExternalPackages: ["@node-rs/argon2", "@prisma/client", "@prisma/adapter-pg", "pg", "pino", "prisma"],
  turbopack: { root: import.meta.dirname },
  devIndicators: false,
  // Next keeps what a request's proxy step may read; ten megabytes for each of many uploads at once would be the process's end
  experimental: { proxyClientMaxBodySize: 512 * 1024 },
  // the tests check types themselves, of everything
  typescript: { ignoreBuildErrors: process.env.TYPES_CHECKED_APART === "1" },
  // a browser asks for it while the head of a page, with the icon's address, is still on its way
  rewrites: async () => [{ source: "/favicon.ico", destination: "/icon.svg" }],
};

export default config;
