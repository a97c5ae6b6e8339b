# frozen_string_literal: true

require_relative "helper"

# Golden results of the handles, tests/vectors/handles.txt: the same here as in every other language.
class TestVectors < Minitest::Test
  include Helper

  KINDS = { "i" => ->(cells) { cells.map { |cell| cell.empty? ? nil : Integer(cell) } },
            "s" => ->(cells) { cells.map { |cell| cell.empty? ? nil : cell } },
            "t" => ->(cells) { Leadkpi::Column.new(KINDS["i"].call(cells), :timestamp) },
            "d" => ->(cells) { Leadkpi::Column.new(KINDS["i"].call(cells), :decimal, 2) } }.freeze

  def lines
    path = File.join(SOURCE, "tests", "vectors", "handles.txt")
    File.readlines(path, chomp: true, encoding: "UTF-8").grep_v(/\A#/).map { |line| line.split("\t", -1) }
  end

  # "a=1; b=x,y" as keywords.
  def options(text)
    text.split(";").to_h { |option| option.strip.split("=", 2) }.transform_keys(&:to_sym)
  end

  def columns(header, rows)
    header.split.map { |name| name.split(":") }.zip(rows.transpose).to_h { |(name, kind), cells| [name, KINDS[kind].call(cells)] }
  end

  def assert_cells(cells, found, message)
    assert_equal cells.size, found.size, message
    cells.zip(found) do |cell, value|
      if cell.empty? then assert_nil value, message
      elsif value.is_a?(String) then assert_equal cell, value, message
      else assert_in_delta Float(cell), value, (1e-9 * Float(cell).abs) + 1e-12, message
      end
    end
  end

  def test_every_report_is_that_of_every_language
    seen = 0
    lines.slice_before { |kind, *| kind == "case" }.each do |case_lines|
      handle = table = nil
      parts = case_lines.slice_before { |kind, *| kind != "row" }
      parts.each do |(kind, first, rest), *rows|
        case kind
        when "case" then next
        when "handle" then handle = Leadkpi.const_get(first.capitalize).new(**options(rest))
        when "rows" then handle.public_send(first, columns(rest, rows.map { |_, cells| cells.split(",", -1) }))
        when "report" then table = handle.class.load(handle.dump).public_send(first, **options(rest))
        else
          assert_cells rest.split(",", -1), table[first.to_sym], "#{case_lines.first[1]}: #{first}"
          seen += 1
        end
      end
    end
    assert_operator seen, :>, 20
  end
end
