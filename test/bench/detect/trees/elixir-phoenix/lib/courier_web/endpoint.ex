defmodule CourierWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :courier
end
