import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type FrameLocator, type Locator, type Page } from "playwright-core";
import { cacheDir } from "../cache.ts";
import { type ServeOptions, serve } from "./serve.ts";

/** VS Code's own names of the themes that are looked at. */
export const themes = {
  dark: "Default Dark Modern",
  light: "Default Light Modern",
  contrast: "Default High Contrast",
} as const;

/** What the workbench calls itself once a theme is on. */
const shownAs = { dark: "vs-dark", light: "vs", contrast: "hc-black" } as const;

interface OpenOptions extends ServeOptions {
  theme?: keyof typeof themes;
  size?: { width: number; height: number };
}

const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb"],
];

/** Opens VS Code in Chromium as a user sees it, with the packed extension put in. */
export async function open({
  theme = "dark",
  size = { width: 1280, height: 800 },
  ...options
}: OpenOptions): Promise<Workbench> {
  const settings = { ...options.settings, "workbench.colorTheme": themes[theme] };
  const served = await serve({ ...options, settings });
  const browser = await chromium
    .launch({ executablePath: served.editor.chromium, args: flags })
    .catch(async (error) => {
      await served[Symbol.asyncDispose]();
      throw error;
    });
  const dispose = async () => {
    try {
      await browser.close();
    } finally {
      await served[Symbol.asyncDispose]();
    }
  };
  try {
    const context = await browser.newContext({
      viewport: size,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(served.url);
    await page.locator(`.monaco-workbench.${shownAs[theme]} .statusbar`).waitFor({ timeout: 60_000 });
    return new Workbench(page, served.home, dispose);
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

/** The workbench in words a user would use. Everything waits for what it is about to touch. */
export class Workbench implements AsyncDisposable {
  readonly page: Page;
  readonly home: string;
  readonly #dispose: () => Promise<void>;

  constructor(page: Page, home: string, dispose: () => Promise<void>) {
    this.page = page;
    this.home = home;
    this.#dispose = dispose;
  }

  /** The icon in the activity bar. */
  async activity(label: string): Promise<void> {
    await this.page.locator(`.activitybar [aria-label^="${label}"]`).first().click();
    await this.page.locator(".sidebar .composite.title", { hasText: label }).waitFor();
  }

  /** A command by its title, through the palette; an extension that is still being read has none yet, and a key pressed while another box closes is lost. */
  async command(title: string): Promise<void> {
    const command = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    for (let tries = 1; ; tries++) {
      await this.page.keyboard.press("F1");
      try {
        await this.page.locator(".quick-input-widget input").first().fill(`>${title}`, { timeout: 3000 });
        await command.click({ timeout: 3000 });
        return;
      } catch (error) {
        if (tries === 10) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  view(name: string): Locator {
    const header = this.page.locator(".pane-header", { hasText: name });
    return this.page.locator(".pane", { has: header });
  }

  welcomeButton(text: string): Locator {
    return this.page.locator(".welcome-view-content a.monaco-button", { hasText: text });
  }

  /** Presses the button of the quiet offer that a folder with a profile makes when it is opened. */
  async welcomeOffer(folder: string): Promise<void> {
    await this.notification(`${folder} has an environment`)
      .locator(".monaco-button", { hasText: "Open in Environment" })
      .click();
  }

  #simpleBrowserFrame(): FrameLocator {
    return this.page.frameLocator("iframe.webview[src*=simple-browser]").frameLocator("iframe#active-frame");
  }

  /** The page that the editor's Simple Browser shows. */
  simpleBrowser(): FrameLocator {
    return this.#simpleBrowserFrame().frameLocator(".content iframe");
  }

  async reloadSimpleBrowser(): Promise<void> {
    await this.#simpleBrowserFrame().locator(".reload-button").click();
  }

  row(view: string, text: string | RegExp): Locator {
    return this.view(view).locator(".monaco-list-row", { hasText: text });
  }

  /** A button on a row, which shows when the row is hovered. */
  async rowAction(view: string, text: string | RegExp, action: string): Promise<void> {
    const row = this.row(view, text).first();
    await row.hover();
    await row.locator(`.action-label[aria-label^="${action}"]`).click();
  }

  /**
   * Something of a row's context menu: once it can be had, where something else is still under way. Pressed again while
   * the menu stays: in the moment that it opens it hears nothing.
   */
  async menu(view: string, text: string | RegExp, item: string): Promise<void> {
    const row = this.row(view, text).first();
    const entry = this.page.locator(".monaco-menu .action-item", { hasText: item });
    for (let tries = 0; ; tries++) {
      await row.click({ button: "right" });
      await entry.waitFor();
      if (!(await entry.evaluate(({ classList }) => classList.contains("disabled")))) break;
      if (tries === 60) throw new Error(`${item} stays disabled`);
      await this.page.keyboard.press("Escape");
      await wait(500);
    }
    for (let tries = 0; tries < 10 && (await entry.isVisible()); tries++) {
      await entry.click({ timeout: 5000 }).catch(() => {});
      await entry.waitFor({ state: "hidden", timeout: 1000 }).catch(() => {});
    }
    await entry.waitFor({ state: "hidden", timeout: 1000 });
  }

  status(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item", { hasText: text });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  dialogButton(text: string): Locator {
    return this.page.locator(".monaco-dialog-box .monaco-button", { hasText: text });
  }

  pick(text: string | RegExp): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row", { hasText: text });
  }

  /** What an open editor shows, line by line. */
  text(text: string | RegExp): Locator {
    return this.page.locator(".editor-instance .view-line", { hasText: text });
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input").first();
    await input.fill(name);
    await this.pick(name).first().click();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator(".editor-instance .view-line span").first().waitFor();
  }

  /** The page of a panel of ours, or of a view in the panel below. */
  webview(): FrameLocator {
    return this.page.frameLocator(".webview.ready").frameLocator("#active-frame");
  }

  /** Puts another theme on, as one does in the settings. */
  async theme(theme: keyof typeof themes): Promise<void> {
    // settings of the machine have a file of their own where the editor runs beside a server
    for (const scope of ["User", "Machine"]) {
      const file = join(this.home, "user", scope, "settings.json");
      const settings = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ ...settings, "workbench.colorTheme": themes[theme] }));
    }
    await this.page.locator(`.monaco-workbench.${shownAs[theme]}`).waitFor();
  }

  /** Keeps a picture of all of it; in the rig's cache, unless SISTERSHIP_SCREENSHOTS says where. */
  async screenshot(name: string): Promise<Buffer> {
    const folder = process.env.SISTERSHIP_SCREENSHOTS ?? cacheDir("screenshots");
    mkdirSync(folder, { recursive: true });
    return this.page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dispose();
  }
}
