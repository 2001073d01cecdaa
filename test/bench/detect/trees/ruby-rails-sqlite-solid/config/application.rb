require "rails/all"
module Diary
  class Application < Rails::Application
  end
end
