# frozen_string_literal: true

require "minitest/autorun"
require "leadkpi"

# What the tests share.
module Helper
  SOURCE = ENV.fetch("top_srcdir") { File.expand_path("../../..", __dir__) }
  UTC = "+00:00"

  # @raise [Minitest::Assertion] unless the block raises it; what it raised otherwise
  def refused(error, pattern = //, &block)
    raised = assert_raises(error, &block)
    assert_match(pattern, raised.message)
    raised
  end

  def day(number, hour = 0)
    Time.at((number * 86_400) + (hour * 3600)).utc
  end
end
