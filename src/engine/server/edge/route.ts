/** Where requests for some host names go. */
export interface Route {
  hosts: string[];
  upstream: { service: string; port: number };
}
