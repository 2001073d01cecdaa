import Config

if System.get_env("PHX_SERVER"), do: config(:courier, CourierWeb.Endpoint, server: true)

if config_env() == :prod do
  config :courier, Courier.Repo, url: System.fetch_env!("DATABASE_URL")
  port = String.to_integer(System.get_env("PORT") || "4000")
  config :courier, CourierWeb.Endpoint, http: [ip: {0, 0, 0, 0, 0, 0, 0, 0}, port: port], secret_key_base: System.fetch_env!("SECRET_KEY_BASE")
end
