export { checkServer, type ServerFacts } from "./checkServer.ts";
export { type SshHost, sshHosts } from "./sshHosts.ts";
