# frozen_string_literal: true

require_relative "helper"
require "open3"
require "rbconfig"

# The README runs, and what it promises holds.
class TestReadme < Minitest::Test
  def test_every_line_does_what_it_says
    folder = File.expand_path("..", __dir__)
    out, status = Open3.capture2e(RbConfig.ruby, "-W", "-I", File.join(folder, "lib"), File.join(__dir__, "readme.rb"),
                                  File.join(folder, "README.md"))
    assert_predicate status, :success?, out
    assert_match(/\A\d\d values are what the README says\n\z/, out)
  end
end
