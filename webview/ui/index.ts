// The only place that knows the toolkit: elsewhere these elements have our own names.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

export function defineElements(): void {
  provideVSCodeDesignSystem()
    .withPrefix("sistership")
    .register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());
}

/** An element that holds a value, as a field or a list to choose from. */
export type Valued = HTMLElement & { value: string };

export function button(
  label: string,
  { title = label, press }: { title?: string; press: () => void },
): HTMLElement {
  const element = make("sistership-button", { appearance: "secondary", title, "aria-label": title });
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
