export { default } from "./entry";
