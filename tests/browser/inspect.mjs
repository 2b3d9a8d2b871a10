// Open a page in a real browser in several ways, and tell as JSON what it did and what axe-core finds.
//   node inspect.mjs URL DIRECTORY [RULE…]      (screenshots go into the directory; axe leaves the rules out)
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const WAYS = {
  light: { colorScheme: "light", viewport: { width: 1300, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1300, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
};
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [url, directory, ...without] = process.argv.slice(2);

async function inspect(name, way, profile) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
    ...way,
  });
  try {
    const page = await context.newPage();
    const told = { console: [], errors: [], requests: [] };
    page.on("console", (message) => told.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => told.errors.push(String(error)));
    page.on("dialog", (dialog) => (told.errors.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) told.requests.push(request.url());
    });
    await page.goto(url);
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
    const shape = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      ran: Object.keys(window).filter((key) => key.startsWith("pwned")),
      background: getComputedStyle(document.body).backgroundColor,
    }));
    const keyboard = await walk(page);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    await page.evaluate(axe);
    const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
    const { violations, passes } = await page.evaluate((rules) => window.axe.run({ rules }), rules);
    const found = violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 300)} ${node.failureSummary}`),
    }));
    return { ...told, ...shape, keyboard, violations: found, rules: passes.length };
  } finally {
    await context.close();
  }
}

// What Tab reaches, and whether Enter opens what can be opened.
async function walk(page) {
  const wanted = await page.evaluate(
    () => document.querySelectorAll("a[href], summary, [tabindex='0']").length,
  );
  const reached = [];
  let opened = 0;
  for (let step = 0; step < wanted; step += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => document.activeElement.localName);
    reached.push(name);
    if (name === "summary") {
      await page.keyboard.press("Enter");
      const isOpen = await page.evaluate(() => document.activeElement.parentElement.open);
      opened += isOpen ? 1 : 0;
      await page.keyboard.press("Enter");
    }
  }
  return { wanted, reached, opened };
}

const report = {};
for (const [name, way] of Object.entries(WAYS)) {
  const profile = mkdtempSync(join(tmpdir(), "publer-browser-"));
  try {
    report[name] = await inspect(name, way, profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
console.log(JSON.stringify(report));
