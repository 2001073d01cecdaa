require 'sinatra/base'
require_relative 'db/connection'

# A blog of short posts.
class Blog < Sinatra::Base
  set :views, File.join(__dir__, 'views')
  set :host_authorization, { permitted_hosts: [] }
  set :protection, except: :http_origin

  get '/' do
    @posts = DB[:posts].order(Sequel.desc(:id)).limit(20).all
    erb :index
  end

  post '/posts' do
    title = params['title'].to_s.strip
    halt 400, 'a post needs a title' if title.empty?
    DB[:posts].insert(title: title)
    redirect '/', 303
  end

  get '/health' do
    DB.fetch('SELECT 1').all
    'ok'
  end
end
