class MailJob < ApplicationJob
  def perform; end
end
