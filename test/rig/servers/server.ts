import type { Output } from "../../../src/engine/process/index.ts";

/** What is installed on a server. */
export type Software =
  /** Debian 13 and its own Docker, images in overlay2. */
  | "docker"
  /** The newest Docker that Debian has, images in containerd's store. */
  | "newest"
  /** No Docker at all: what a provider hands over. */
  | "bare";

/** How one gets in: as root with a key, or as a user who has to give a password to become root. */
export type Login = "root" | "sudo";

/** `sudo` is a bare server with a sudo user; other pairs are told apart in words. */
export type Kind = Software | "sudo";

export type Spec = Kind | { software: Software; login?: Login; name?: string };

/** How one reaches a server, as a user would know it. */
export interface Address {
  /** The name that `ssh -F sshConfig NAME` and the other servers of its network know it by. */
  readonly name: string;
  readonly address: string;
  /** Its IPv6 address, where this machine has that. */
  readonly address6?: string;
  readonly port: number;
  readonly user: string;
  /** The private key that is let in. */
  readonly keyFile: string;
  /** Its line of known_hosts. */
  readonly hostKey: string;
  readonly knownHosts: string;
  /** A client configuration that names all servers of the network. */
  readonly sshConfig: string;
  /** What sudo asks for; only where the login is a sudo user. */
  readonly sudoPassword?: string;
}

/** A fault that was brought about; it is over when this has ended. `await using` ends it with the block. */
export interface Trouble extends AsyncDisposable {
  end(): Promise<void>;
}

export interface Slowness {
  /** In both directions, a whole number; without it the rate is what it was. */
  mbit?: number;
  /** Added to each round trip; what leaves the server by IPv4 is held back. */
  delayMs?: number;
}

/** What sshd is told; what is left out stays as Debian has it. */
export interface SshdOptions {
  allowTcpForwarding?: boolean;
  allowStreamLocalForwarding?: boolean;
  maxSessions?: number;
  maxAuthTries?: number;
  passwordAuthentication?: boolean;
  /** Passwords too, but asked for by PAM. */
  keyboardAuthentication?: boolean;
  /** Debian's sshd shuts out an address for a while after several refused logins. */
  perSourcePenalties?: boolean;
}

export interface Server extends Address {
  readonly software: Software;
  readonly login: Login;
  /** Its container, for what only the rig may do. */
  readonly container: string;
  /** Runs a program on it as root, past SSH. */
  inside(program: readonly string[], options?: InsideOptions): Promise<Output>;
  /** Its network is gone: nothing arrives, open connections hang. */
  cut(): Promise<Trouble>;
  /** Its link is slow. A second call replaces the first. */
  slow(slowness: Slowness): Promise<Trouble>;
  /** Everything on it stands still; its kernel goes on answering. */
  pause(): Promise<Trouble>;
  /** Stops it and starts it again; settles when it is up. */
  restart(): Promise<void>;
  /** Settles when it has booted to the end. */
  booted(): Promise<void>;
  /** Changes sshd's configuration; open connections stay. A second call replaces the first. */
  sshd(options: SshdOptions): Promise<Trouble>;
}

export interface InsideOptions {
  input?: string | Uint8Array;
  accept?: readonly number[];
  timeoutMs?: number;
}
