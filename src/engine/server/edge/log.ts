/** What visitors ask with, in which a whole request is told apart in the edge's log: see `probeHeader`. */
export const probeHeader = "Sistership-Probe";

/**
 * The log of requests, a JSON object each, on the container's standard output, where the engine keeps and bounds it. Left
 * out is what nobody should find in a log: headers, with their cookies, and what stands behind the `?`.
 */
export const accessLog = {
  logs: {
    default: { exclude: ["http.log.access"] },
    access: {
      include: ["http.log.access"],
      writer: { output: "stdout" },
      encoder: {
        format: "filter",
        wrap: { format: "json" },
        fields: {
          "request>uri": { filter: "regexp", regexp: "\\?.*", value: "" },
          ...Object.fromEntries(
            ["request>headers", "request>tls", "request>remote_port", "request>client_ip"]
              .concat("resp_headers", "user_id")
              .map((field) => [field, { filter: "delete" }]),
          ),
        },
      },
    },
  },
};

/**
 * Says in the log whose request it was and which replica answered it. Nothing of that is told to whoever asks: who wants
 * to know which version answered looks here, where one must have been let into the server.
 */
export function logged(service: string) {
  const append = (key: string, value: string) => ({ handler: "log_append", key, value });
  return [
    append("service", service),
    append("upstream", "{http.reverse_proxy.upstream.hostport}"),
    append("probe", `{http.request.header.${probeHeader}}`),
  ];
}
