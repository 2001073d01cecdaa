export { checks, examine, type Finding, type Patient } from "./doctor/doctor.ts";
