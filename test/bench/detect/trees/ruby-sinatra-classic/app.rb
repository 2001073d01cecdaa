require "sinatra"
require "sqlite3"

set :bind, "0.0.0.0"

get "/" do
  "Minutes"
end
