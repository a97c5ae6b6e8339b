# frozen_string_literal: true

require_relative "helper"

# Funnels from rows of every kind.
class TestFunnel < Minitest::Test
  include Helper

  # Lead 1 gets to won in 5 days, lead 2 to mql, lead 3 to won but after the window.
  ROWS = [[1, "lead", 0], [1, "mql", 2], [1, "won", 5], [2, "lead", 0], [2, "mql", 9], [3, "lead", 1], [3, "mql", 3],
          [3, "won", 40]].map { |id, event, day| [id, event, Time.utc(2025, 1, 1) + (day * 86_400)] }.freeze
  COLUMNS = %i[id event time].zip(ROWS.transpose).to_h.freeze
  REACHED = [3, 3, 1].freeze

  def funnel(**definition)
    Leadkpi::Funnel.new(%w[lead mql won], window: "30d", **definition)
  end

  def test_steps_are_counted_by_the_rule
    Leadkpi::Funnel.open(%w[lead mql won], window: "30d") do |f|
      assert_same f, f.add_rows(ROWS)
      assert_equal REACHED, f.steps[:reached]
      assert_equal f.steps, f.report
      assert_equal 3, f.leads.size
      assert_includes f.describe, "30"
    end
    assert_equal [3, 3, 2], funnel(window: "90d").add_rows(ROWS).steps[:reached]
  end

  def test_utc_by_its_name_is_the_utc_of_every_language
    assert_equal funnel(window_days: 2).dump, funnel(window_days: 2, zone: "UTC").dump
    refute_includes funnel(window_days: 2, zone: "Etc/UTC").describe, "hash"
    assert_includes funnel(window_days: 2, zone: "Europe/Berlin").describe, "hash"
  end

  def test_rows_are_what_people_have
    state = funnel.add_rows(ROWS).dump
    hashes = ROWS.map { |row| %i[id event time].zip(row).to_h }
    event = Struct.new(:id, :event, :time)
    record = Struct.new(:attributes)
    [COLUMNS, COLUMNS.transform_keys(&:to_s), hashes, hashes.map { |row| row.transform_keys(&:to_s) }, hashes.each,
     ROWS.map { |row| event.new(*row) }, hashes.map { |row| record.new(row.transform_keys(&:to_s)) },
     Leadkpi::Table.new(COLUMNS)].each { |data| assert_equal state, funnel.add(data).dump }
    assert_equal state, funnel.add(ROWS.map(&:rotate), columns: %i[event time id]).dump
    assert_equal state, funnel.add_rows(ROWS.each_slice(2).lazy.flat_map(&:itself)).dump
    assert_equal funnel.dump, funnel.add_rows([]).dump
  end

  def test_a_column_is_there_once_and_a_row_may_leave_one_out
    by_symbol = { id: 1, event: "lead", time: day(0), segment: "web" }
    by_text = { "id" => 2, "event" => "lead", "time" => day(1) }
    assert_equal [[1, "web"], [2, nil]], funnel.add([by_symbol, by_text]).leads.map { |row| row.values_at(:id, :segment) }
    [-> { funnel.add([by_symbol.merge("id" => 2)]) }, -> { funnel.add({ id: [1], "id" => [2] }) },
     -> { funnel.add_rows([[1, 2, day(0)]], columns: [:id, "id", :time]) }].each do |use|
      refused(Leadkpi::BadArgumentError, /expected each name once, found .*id/, &use)
    end
  end

  def test_columns_go_by_the_users_names
    mine = { "Record ID" => COLUMNS[:id], "Stage" => COLUMNS[:event], "When" => COLUMNS[:time], "other" => [0] * 8 }
    f = funnel.add(mine, lead: "Record ID", step: "Stage", time: "When")
    assert_equal REACHED, f.steps[:reached]
    refused(Leadkpi::UnknownNameError, /column "Owner" .for id.: there is none; there are Record/) do
      f.add(mine, lead: "Owner", step: "Stage", time: "When")
    end
  end

  def test_a_row_a_lead_is_the_same
    wide = [{ id: 1, lead: day(0), mql: day(2), won: day(5) }, { id: 2, lead: day(0), mql: day(9), won: nil }]
    assert_equal [2, 2, 1], funnel.add_stages(wide).steps[:reached]
  end

  def test_ids_are_uuids_or_integers_of_any_size
    uuids = ROWS.map { |id, *rest| ["f47ac10b-58cc-4372-a567-0e02b2c3d47#{id}", *rest] }
    assert_equal "f47ac10b-58cc-4372-a567-0e02b2c3d471", funnel.add_rows(uuids).leads[:id].min
    large = ROWS.map { |id, *rest| [(2**53) + id, *rest] }
    assert_equal [(2**53) + 1, (2**53) + 2, (2**53) + 3], funnel.add_rows(large).leads[:id].sort
    refused(Leadkpi::WrongTypeError) { funnel.add_rows(large).add_rows(uuids) }
  end

  def test_rows_that_are_wrong_are_named_and_nothing_is_added
    f = funnel.add_rows(ROWS)
    before = f.dump
    error = refused(Leadkpi::BadDataError, /id/) { f.add_rows([[1, "lead", day(0)], [nil, "lead", day(0)]]) }
    assert_equal [1, "id", :bad_data], [error.row, error.column, error.status]
    refused(Leadkpi::WrongTypeError, /row 1: expected an Array of 3 .id, event, time., found/) do
      f.add_rows([[1, "lead", day(0)], [1, "lead"]])
    end
    refused(Leadkpi::BadArgumentError, /columns: expected the names/) { f.add(ROWS) }
    refused(Leadkpi::BadArgumentError, /columns: expected the names of the cells in an Array, found \{.*told as id:/) do
      f.add(ROWS, columns: { id: :lead })
    end
    refused(Leadkpi::WrongTypeError, /row 0/) { f.add([7]) }
    [7, nil, "rows"].each { |data| refused(Leadkpi::WrongTypeError, /expected/) { f.add(data) } }
    assert_equal before, f.dump
  end

  def test_states_add_up_in_any_order_to_the_same_bytes
    whole = funnel.add_rows(ROWS)
    first = funnel.add_rows(ROWS.first(4))
    second = first.empty_twin.add_rows(ROWS.last(4))
    assert_equal whole.dump, (first + second).dump
    assert_equal whole.dump, (second + first).dump
    refute_equal whole.dump, first.dump
    assert_same first, first.merge!(second)
    assert_equal whole.dump, first.dump
    assert_equal REACHED, Marshal.load(Marshal.dump(first)).steps[:reached]
    assert_raises(TypeError) { first + 5 }
    refused(Leadkpi::BadArgumentError) { first.merge!(first) }
    refused(Leadkpi::MismatchError) { first.merge!(funnel(window: "1d")) }
  end

  def test_a_copy_stands_on_its_own
    f = funnel.add_rows(ROWS.first(3))
    copy = f.dup
    copy.add_rows(ROWS.last(5))
    assert_equal [1, 1, 1], f.steps[:reached]
    f.close
    assert_equal REACHED, copy.steps[:reached]
  end

  def test_a_closed_funnel_says_so
    f = funnel
    refute_predicate f, :closed?
    f.close
    f.close
    assert_predicate f, :closed?
    [-> { f.steps }, -> { f.dump }, -> { f.describe }, -> { f.add_rows(ROWS) }, -> { f.empty_twin }, -> { f.dup },
     -> { f.merge!(funnel) }, -> { funnel.merge!(f) }].each do |use|
      refused(Leadkpi::WrongStateError, /this Leadkpi::Funnel is closed/, &use)
    end
    assert_equal "#<Leadkpi::Funnel, closed>", f.inspect
  end

  def test_a_range_that_is_over_may_be_closed
    f = funnel.add_rows(ROWS)
    f.close_range(nil, Time.utc(2025, 6, 1))
    assert_equal REACHED, f.steps[:reached]
    [Time.utc(2025, 1, 1), Time.utc(1969)].each do |time|
      refused(Leadkpi::Error, /closed/) { f.add_rows([[9, "lead", time]]) }
    end
    f.add_rows([[9, "lead", Time.utc(2025, 6, 1)]])
    f.close_range
    refused(Leadkpi::Error, /closed/) { f.add_rows([[9, "lead", Time.utc(2100)]]) }
  end

  def test_damaged_bytes_are_refused
    state = funnel.add_rows(ROWS).dump
    broken = state.dup.tap { |bytes| bytes.setbyte(50, bytes.getbyte(50) ^ 1) }
    ["", "x" * 100, state[0...-1], broken].each do |bytes|
      assert_includes %i[bad_format bad_checksum], refused(Leadkpi::Error) { Leadkpi::Funnel.load(bytes) }.status
    end
  end
end
