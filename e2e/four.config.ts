import base from "./playwright.config.ts";

const first = base.projects?.[0];
const browser = base.projects?.[1]?.use;
export default {
  ...base,
  projects: [
    first,
    {
      name: "mine",
      testMatch: [/approvals\/.*\.spec\.ts/, /four-pictures\.spec\.ts/],
      dependencies: ["first-run"],
      use: browser,
    },
  ],
};
