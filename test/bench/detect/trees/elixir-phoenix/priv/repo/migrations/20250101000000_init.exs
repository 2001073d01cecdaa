defmodule Courier.Repo.Migrations.Init do
  use Ecto.Migration
  def change, do: create(table(:parcels))
end
