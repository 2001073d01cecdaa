// The only place that knows the toolkit: elsewhere these elements have our own names.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

export function defineElements(): void {
  provideVSCodeDesignSystem()
    .withPrefix("sistership")
    .register(
      vsCodeButton(),
      vsCodeDropdown(),
      vsCodeLink(),
      vsCodeOption(),
      vsCodeProgressRing(),
      vsCodeTextField(),
    );
}

/** An element that holds a value, as a field or a list to choose from. */
export type Valued = HTMLElement & { value: string };

export function button(
  label: string,
  { title = label, quiet = false, press }: { title?: string; quiet?: boolean; press: () => void },
): HTMLElement {
  const appearance = quiet ? "icon" : "secondary";
  const element = make("sistership-button", { appearance, title, "aria-label": title });
  element.textContent = label;
  element.addEventListener("click", press);
  return element;
}

export function field(label: string, { change }: { change: (text: string) => void }): Valued {
  const element = valued(make("sistership-text-field", { placeholder: label, "aria-label": label }));
  // the toolkit calls every field "Text field" as it is put in
  queueMicrotask(() => element.setAttribute("aria-label", label));
  element.addEventListener("input", () => change(element.value));
  return element;
}

export function choice(
  label: string,
  options: Readonly<Record<string, string>>,
  { change }: { change: (value: string) => void },
): Valued {
  const element = make("sistership-dropdown", { "aria-label": label, title: label });
  for (const [value, text] of Object.entries(options)) {
    const option = make("sistership-option", { value });
    option.textContent = text;
    element.append(option);
  }
  const list = valued(element);
  list.addEventListener("change", () => change(list.value));
  return list;
}

/** A button that stays and says something else as things go on; undefined takes it out of sight. */
export interface Press {
  label: string;
  title?: string;
  primary?: boolean;
  disabled?: boolean;
}

export function press(work: () => void): { element: HTMLElement; show(says: Press | undefined): void } {
  const element = make("sistership-button", { appearance: "secondary" });
  element.addEventListener("click", () => {
    if (!element.hasAttribute("disabled")) work();
  });
  return {
    element,
    show(says) {
      element.hidden = says === undefined;
      if (says === undefined) return;
      const { label, title = label, primary = false, disabled = false } = says;
      if (element.textContent !== label) element.textContent = label;
      element.title = title;
      element.setAttribute("aria-label", title === label ? label : `${label}: ${title}`);
      element.setAttribute("appearance", primary ? "primary" : "secondary");
      element.toggleAttribute("disabled", disabled);
    },
  };
}

export function link(label: string, href: string): HTMLElement {
  const element = make("sistership-link", { href });
  element.textContent = label;
  return element;
}

/** Turns while something goes on; what goes on is said in words beside it. */
export function ring(): HTMLElement {
  return make("sistership-progress-ring", { "aria-hidden": "true" });
}

function make(name: string, attributes: Readonly<Record<string, string>>): HTMLElement {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

function valued(element: HTMLElement): Valued {
  if (!isValued(element)) throw new Error(`${element.localName} is not defined`);
  return element;
}

function isValued(element: HTMLElement): element is Valued {
  return "value" in element;
}
