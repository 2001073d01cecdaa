require "rails/all"
module Clinic
  class Application < Rails::Application
  end
end
