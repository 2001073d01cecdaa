import { rules } from "shared";
document.body.textContent = rules;
