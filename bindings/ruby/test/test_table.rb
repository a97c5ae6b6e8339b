# frozen_string_literal: true

require_relative "helper"

# Columns go in exactly, or are refused with their row and name.
class TestColumns < Minitest::Test
  include Helper

  # A column through a table of the library and back.
  def through(values)
    Leadkpi::Input.made({ "x" => values }) do |input|
      Leadkpi::Library.leadkpi_table_retain(input.pointer)
      Leadkpi::Table.allocate.tap { |table| table.send(:take, input.pointer) }[:x]
    end
  end

  def told(*arguments)
    Leadkpi::Column.new(*arguments)
  end

  def test_values_come_back_as_they_went_in
    [[1, -2**63, (2**63) - 1, nil], [true, nil, false], [0.5, nil, -0.0, 1e308], [nil, nil], [], [0, 0.5],
     ["a", "", nil, "Grüße", "a\0b", "\xFF"], [BigDecimal("1.50"), BigDecimal("-0.005"), nil, 7],
     [BigDecimal((2**63) - 1), -2**63], [BigDecimal("1E+3")], [Rational(1, 4), nil, BigDecimal("0.1"), 3],
     [Time.utc(2025, 4, 1, 9, 30, Rational(123_456, 1_000_000)), nil]].each do |values|
      assert_equal values, through(values)
    end
    assert_equal(-Float::INFINITY, 1 / through([-0.0]).first)
  end

  def test_texts_are_utf8_or_bytes_as_they_are
    assert_equal %w[Grüße lead Grüße], through(["Grüße".encode("UTF-16LE"), :lead, "Grüße".encode("ISO-8859-1")])
    assert_equal [["Grüße"], ["Grüße"]], %w[UTF-16LE ISO-8859-1].map { |name| through(["Grüße".encode(name)]) }
    assert_equal Encoding::UTF_8, through(["a"]).first.encoding
    assert_equal "\xFF\x00".b, through(["\xFF\x00".b]).first.b
    refused(Leadkpi::BadDataError, /column "x", row 1: expected a String that UTF-8 can say/) do
      through(["a", "\xD8\x00".dup.force_encoding("UTF-16BE")])
    end
  end

  def test_times_are_instants_and_dates_are_midnight_utc
    berlin = Time.new(2025, 4, 1, 9, 0, 0, "+02:00")
    assert_equal [Time.utc(2025, 4, 1, 7), Time.utc(2025, 4, 1, 7), Time.utc(2025, 4, 1)],
                 through([berlin, DateTime.new(2025, 4, 1, 9, 0, 0, "+02:00"), Date.new(2025, 4, 1)])
    assert_predicate through([berlin]).first, :utc?
    assert_equal [Time.utc(1, 1, 1), Time.utc(9999, 12, 31)], through([Time.utc(1, 1, 1), Date.new(9999, 12, 31)])
    assert_equal [Time.at(0, -1, :microsecond)], through([Time.at(0, -1, :microsecond)])
  end

  def test_a_date_does_not_hang_on_where_the_machine_is
    zone = ENV.fetch("TZ", nil)
    ENV["TZ"] = "America/New_York"
    assert_equal [Time.utc(2025, 4, 1)], through([Date.new(2025, 4, 1)])
    assert_equal [Time.utc(2025, 4, 1, 7)], through([DateTime.new(2025, 4, 1, 9, 0, 0, "+02:00")])
  ensure
    ENV["TZ"] = zone
  end

  # As ActiveSupport::TimeWithZone is to those who do not know it.
  class TimeWithZone
    def initialize(time)
      @time = time
    end

    def to_time
      @time
    end
    alias utc to_time

    def is_a?(kind)
      kind == Time || super
    end
  end

  def test_a_time_of_rails_is_a_time
    time = Time.new(2025, 4, 1, 9, 0, 0, "+02:00")
    assert_equal [time, nil, time], through([TimeWithZone.new(time), nil, time])
  end

  def test_a_time_with_nanoseconds_is_refused_by_name
    [Time.at(0, 1, :nanosecond), Time.at(0, 1500, :nanosecond), Time.at(Rational(1, 3)), Time.at(1.1),
     DateTime.new(2025, 1, 1, 0, 0, Rational(1, 10**9))].each do |time|
      error = refused(Leadkpi::BadDataError, /row 1: expected a time in whole microseconds \(time.floor\(6\)\)/) do
        through([Time.at(0), time])
      end
      assert_equal [1, "x"], [error.row, error.column]
    end
    assert_equal 1, through([Time.at(0, 1_999, :nanosecond).floor(6)]).first.usec
  end

  def test_told_types_hold
    assert_equal [Time.utc(1970, 1, 1, 0, 0, Rational(3, 2)), nil], through(told([1_500_000, nil], :timestamp))
    assert_equal [BigDecimal("1.50"), BigDecimal("0.05"), nil], through(told([150, 5, nil], :decimal, 2))
    assert_equal [1.0, 2.0, nil], through(told([1, 2, nil], :double))
    assert_equal [nil], through(told([nil], :double))
    assert_equal [BigDecimal("1.5")], through(told([BigDecimal("1.5")], :decimal, 4))
    [[[1], :number], [[1], :other], [[1.5], :int64], [[1], :bool], [[1], :text], [["1"], :timestamp]].each do |arguments|
      refused(Leadkpi::WrongTypeError, /column "x".*expected/) { through(told(*arguments)) }
    end
    refused(Leadkpi::OverflowError) { through(told([BigDecimal("1.55")], :decimal, 1)) }
    refused(Leadkpi::OverflowError, /row 1/) { through(told([0, -(2**53) - 1], :double)) }
  end

  def test_what_does_not_fit_is_refused_with_row_and_column
    [[[1, 2**63], 1, :overflow], [[-2**63 - 1], 0, :overflow], [[0.5, (2**53) + 1], 1, :overflow],
     [[0.5, 10**400], 1, :overflow], [["a", nil, 1], 2, :wrong_type], [[1, true], 1, :wrong_type],
     [[1, "1"], 1, :wrong_type], [[nil, Object.new], 1, :wrong_type], [[0.5, BigDecimal(1)], 1, :wrong_type],
     [[1, 0.5, BigDecimal(1)], 2, :wrong_type], [[BigDecimal("NaN")], 0, :bad_data],
     [[1, BigDecimal("Infinity")], 1, :bad_data], [[BigDecimal("1E-19")], 0, :overflow],
     [[BigDecimal("1E+999999")], 0, :overflow], [[BigDecimal("0.5"), 2**62], 1, :overflow],
     [[BigDecimal("1E-18"), 10], 1, :overflow], [[Rational(1, 3)], 0, :overflow],
     [[Rational(1, 2), Rational(1, 10**19)], 1, :overflow], [[Date.new(2025, 1, 1), "x"], 1, :wrong_type],
     [[[1]], 0, :wrong_type], [[Complex(1, 1)], 0, :wrong_type], [[1, 10**5000], 1, :overflow]].each do |values, row, status|
      error = refused(Leadkpi::Error, /\Acolumn "x", row #{row}: expected .* found/) { through(values) }
      assert_equal [row, "x", status], [error.row, error.column, error.status]
    end
    ["abc", { a: 1 }, 7, nil].each { |values| refused(Leadkpi::WrongTypeError, /an Array of values/) { through(values) } }
  end

  def test_a_zero_fits_whatever_its_exponent
    assert_equal [0, 0, BigDecimal("0.5")], through([BigDecimal("0E+999"), BigDecimal("-0"), BigDecimal("0.5")])
  end

  def test_ragged_columns_are_refused
    refused(Leadkpi::BadArgumentError) { Leadkpi::Input.made({ "a" => [1, 2], "b" => [1] }) { flunk } }
  end

  def test_a_table_of_the_library_goes_in_without_a_copy
    leads = Leadkpi::Funnel.new(%w[a b]).add_rows([[1, "a", day(0)], [2, "a", day(1)], [1, "b", day(2)]]).leads
    addresses = Leadkpi::Input.made(leads, nil, { id: :id, time: "start" }) do |input|
      [input.pointer, leads.pointer].map { |table| Leadkpi::Library.leadkpi_table_column_values(table, 0, nil).address }
    end
    assert_equal addresses.first, addresses.last
    whole = Leadkpi::Campaigns.new.add_leads(leads, id: :id, time: :start)
    assert_equal whole.dump, Leadkpi::Campaigns.new.add_leads({ id: leads[:id], time: leads[:start] }).dump
    assert_equal whole.dump, Leadkpi::Campaigns.new.add_leads(Marshal.load(Marshal.dump(leads)), id: :id, time: :start).dump
    refused(Leadkpi::UnknownNameError, /there is none; there are id/) { whole.add_leads(leads, id: :nobody) }
  end

  def test_a_column_of_nothing_is_one_of_any_type
    Leadkpi::Campaigns.open do |campaigns|
      campaigns.add_stages([[1, "mql", day(0), nil]], columns: %i[id stage time value])
      campaigns.add_stages([], columns: %i[id stage time value])
      assert_equal 1, campaigns.summary[0][:stage_rows]
    end
  end
end

# Tables that come out.
class TestTable < Minitest::Test
  include Helper

  TABLE = Leadkpi::Table.new({ row: %w[a b], n: [1, nil], share: [0.5, 2.0] }, { n: "persons" })

  def test_rows_are_hashes
    assert_equal [2, %i[row n share], "persons"], [TABLE.size, TABLE.columns, TABLE.units[:n]]
    assert_equal({ row: "a", n: 1, share: 0.5 }, TABLE[0])
    assert_equal({ row: "b", n: nil, share: 2.0 }, TABLE[-1])
    assert_equal [false, true], [TABLE.empty?, Leadkpi::Table.new({}).empty?]
    assert_nil TABLE[2]
    assert_nil TABLE[-3]
    assert_equal [TABLE[0], TABLE[1]], TABLE.to_a
    assert_equal [["a", 1, 0.5], ["b", nil, 2.0]], TABLE.rows
    assert_equal 2.5, TABLE.sum { |row| row[:share] }
    assert_equal({ row: %w[a b], n: [1, nil], share: [0.5, 2.0] }, TABLE.to_h)
    assert_equal({ "a" => 1, "b" => nil }, TABLE.to_h { |row| row.values_at(:row, :n) })
    assert_equal [[1, nil], [1, nil]], [TABLE[:n], TABLE["n"]]
    assert_match(/no column x; there are row, n, share/, assert_raises(KeyError) { TABLE[:x] }.message)
    assert_equal 2, TABLE.each.size
    found = TABLE.find { |row| row in { row: "b" } }
    assert_equal 2.0, found[:share]
  end

  def test_it_shows_itself_as_aligned_text
    assert_equal "row  n  share\na    1    0.5\nb    -      2", TABLE.to_s
    assert_equal "", Leadkpi::Table.new({}).to_s
    assert_equal "#<Leadkpi::Table of 2 rows: row, n, share>", TABLE.inspect
    mixed = Leadkpi::Table.new({ at: [Time.utc(2025, 1, 1), Time.utc(2025, 1, 1, 0, 0, Rational(1, 2))],
                                 money: [BigDecimal("1.5"), nil], ok: [true, false] })
    assert_equal ["at                           money  ok", "2025-01-01T00:00:00Z           1.5  true",
                  "2025-01-01T00:00:00.500000Z      -  false"], mixed.to_s.lines(chomp: true)
    long = Leadkpi::Table.new({ n: (1..100).to_a })
    assert_equal [62, "... 100 rows"], [long.to_s.lines.size, long.to_s.lines.last]
  end

  def test_it_is_plain_data_and_cannot_be_changed
    again = Marshal.load(Marshal.dump(TABLE))
    assert_equal [TABLE, TABLE.units], [again, again.units]
    assert_raises(FrozenError) { TABLE[:n] << 1 }
    report = Leadkpi.schemas
    assert_equal report, Marshal.load(Marshal.dump(report))
    assert_raises(FrozenError) { report[:schema] << "x" }
    assert_raises(ArgumentError) { Leadkpi::Table.new({ a: [1], b: [] }) }
  end
end
