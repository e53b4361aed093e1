// Uses the pages as a person does: opens GraphiQL, runs the first tab's query, reads the answer, looks a type up, follows a
// subscription until its first heartbeat; then the explorer with a query plan.
// Usage: node graphiql.cjs URL [SCREENSHOT.png]
const { chromium } = require("playwright-core");

const [url, screenshot] = process.argv.slice(2);
const foreign = [];
const problems = [];

async function open(browser, path) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  page.on("request", (request) => {
    const own = [url, "data:", "blob:", url.replace("http", "ws")].some((start) => request.url().startsWith(start));
    if (!own) foreign.push(request.url());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(new URL(path, url).href, { waitUntil: "networkidle" });
  return page;
}

async function answer(page, part) {
  const shows = (part) => (document.querySelector(".result-window")?.textContent ?? "").includes(part);
  await page.waitForFunction(shows, part, { timeout: 25000 });
  const text = await page.textContent(".result-window");
  if (/"errors"/.test(text)) throw new Error(`unexpected answer: ${text}`);
}

async function graphiql(browser) {
  const page = await open(browser, "/");
  const run = ".graphiql-execute-button";
  await page.click(run);
  await answer(page, '"products"');
  if (screenshot) await page.screenshot({ path: screenshot });
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector(".graphiql-doc-explorer-content");
  await page.click('.graphiql-tab:has-text("StockUpdates") button');
  await page.waitForSelector('.graphiql-query-editor :text("stockChanged")');
  await page.waitForTimeout(500); // the editor hands its text on after a moment
  await page.click(run);
  // Nothing moves here: the heartbeat comes after fifteen seconds.
  await answer(page, '"stockChanged"');
  await page.click(run);
}

async function explorer(browser) {
  const page = await open(browser, "/explorer");
  await page.check(".with-plan");
  await page.click('button[aria-label*="Execute" i]');
  await answer(page, '"products"');
  await page.waitForFunction(() => document.querySelector(".plan-window")?.textContent.includes("QueryPlan"));
}

async function main() {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
  await graphiql(browser);
  await explorer(browser);
  await browser.close();
  if (foreign.length > 0) throw new Error(`the page asked other hosts: ${foreign.join(", ")}`);
  if (problems.length > 0) throw new Error(`the page raised errors: ${problems.join("; ")}`);
  console.log("GraphiQL ran a query and a subscription, the explorer showed a plan, and no other host was asked");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
