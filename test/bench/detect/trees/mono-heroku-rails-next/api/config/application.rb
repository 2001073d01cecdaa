require "rails"
module Api
  class Application < Rails::Application
    config.api_only = true
  end
end
