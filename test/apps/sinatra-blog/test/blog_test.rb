ENV['RACK_ENV'] = 'test'
require 'minitest/autorun'
require 'rack/mock_request'
require_relative '../app'

class BlogTest < Minitest::Test
  def request
    Rack::MockRequest.new(Blog)
  end

  def test_a_post_is_published
    assert_equal 303, request.post('/posts', params: { title: '<Hello>' }).status
    assert_includes request.get('/').body, '&lt;Hello&gt;'
  end

  def test_a_post_without_a_title_is_refused
    assert_equal 400, request.post('/posts', params: { title: ' ' }).status
  end
end
