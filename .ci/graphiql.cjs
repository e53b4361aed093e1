// Uses the GraphiQL page as a person does: opens it, runs the first tab's query, reads the answer.
// Usage: node graphiql.cjs URL [SCREENSHOT.png]
const { chromium } = require("playwright-core");

const [url, screenshot] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  const foreign = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:") && !request.url().startsWith("blob:")) foreign.push(request.url());
  });
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(url, { waitUntil: "networkidle" });
  await page.click('button[aria-label*="Execute" i]');
  await page.waitForFunction(
    () => (document.querySelector(".result-window")?.textContent ?? "").includes('"data"'),
    null, { timeout: 15000 },
  );
  const answer = await page.textContent(".result-window");
  if (screenshot) await page.screenshot({ path: screenshot });
  await browser.close();
  if (foreign.length > 0) throw new Error(`the page asked other hosts: ${foreign.join(", ")}`);
  if (problems.length > 0) throw new Error(`the page raised errors: ${problems.join("; ")}`);
  if (/"errors"/.test(answer) || !/"products"/.test(answer)) throw new Error(`unexpected answer: ${answer}`);
  console.log("GraphiQL ran its first query and showed the answer, asking no other host");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
