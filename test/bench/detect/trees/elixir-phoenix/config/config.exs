import Config
config :courier, ecto_repos: [Courier.Repo]
