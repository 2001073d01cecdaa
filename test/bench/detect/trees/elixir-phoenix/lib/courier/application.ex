defmodule Courier.Application do
  use Application
  def start(_type, _args), do: Supervisor.start_link([Courier.Repo, CourierWeb.Endpoint], strategy: :one_for_one)
end
