require_relative 'app'

run Blog
